#include "api/answer_parts.h"

#include <utility>

#include "api/json.h"
#include "api/render_parts.h"

namespace hansard::api {

using domain::RecordedEvent;
using engine::Done;

void append_place(std::string& out, const Done& done, std::uint32_t epoch) {
  out += ",\"position\":";
  append_quoted_position(out, epoch, done.position);
  if (done.version) {
    out += ",\"version\":";
    append_json_number(out, done.version.value);
  }
  out += ",\"changed\":";
  append_bool(out, done.changed);
  out += '}';
}

AnswerBody answer_of(const Done& done, std::string body, std::string etag) {
  return {done.created ? 201 : 200, done.replayed, std::move(body), std::move(etag)};
}

std::string quoted(base::Version version) { return '"' + std::to_string(version.value) + '"'; }

AnswerBody ids_only(const Done& done, std::uint32_t epoch) {
  std::string body = "{\"id\":";
  if (done.message) {
    append_id(body, *done.message);
    body += ",\"conversation_id\":";
  }
  if (done.conversation.is_nil()) {
    body += "null";
  } else {
    append_id(body, done.conversation);
  }
  append_place(body, done, epoch);
  return answer_of(done, std::move(body));
}

const RecordedEvent* main_event(const Done& done) {
  bool has_body = !done.events.empty() && done.events.front()->body;
  return has_body ? done.events.front().get() : nullptr;
}

}  // namespace hansard::api

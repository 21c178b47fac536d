#include "api/answer_parts.h"

#include <utility>

#include "api/json.h"
#include "api/render.h"
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

void note_unchanged(std::string& object, const Done& done) {
  if (done.changed) return;
  object.back() = ',';
  object += "\"changed\":false}";
}

AnswerBody conversation_answer(const projections::ListEntry& entry, const Done& done, std::uint32_t epoch) {
  std::string body;
  append_conversation(body, entry, epoch);
  body.back() = ',';
  body += "\"position\":";
  append_quoted_position(body, epoch, done.position);
  body += '}';
  note_unchanged(body, done);
  return answer_of(done, std::move(body), quoted(entry.conversation.settings_version));
}

AnswerBody pointers_answer(const projections::ReaderView& reader, projections::UnreadCount count, const Done& done,
                           std::uint32_t epoch) {
  std::string body = "{\"conversation_id\":";
  append_id(body, done.conversation);
  body += ",\"read_up_to\":";
  append_json_number(body, reader.read_up_to.value);
  body += ",\"delivered_up_to\":";
  append_json_number(body, reader.delivered_up_to.value);
  body += ",\"marked_from\":";
  append_number_or_null(body, reader.marked_from);
  body += ",\"unread\":";
  append_json_number(body, count.unread);
  body += ",\"mentions_unread\":";
  append_json_number(body, count.mentions);
  append_place(body, done, epoch);
  return answer_of(done, std::move(body));
}

AnswerBody delivered_answer(base::Ordinal up_to, const Done& done, std::uint32_t epoch) {
  std::string body = "{\"conversation_id\":";
  append_id(body, done.conversation);
  body += ",\"delivered_up_to\":";
  append_json_number(body, up_to.value);
  append_place(body, done, epoch);
  return answer_of(done, std::move(body));
}

const RecordedEvent* main_event(const Done& done) {
  bool has_body = !done.events.empty() && done.events.front()->body;
  return has_body ? done.events.front().get() : nullptr;
}

}  // namespace hansard::api

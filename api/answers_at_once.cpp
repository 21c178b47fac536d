#include "api/answers_at_once.h"

#include <utility>
#include <variant>

#include "api/json.h"
#include "api/render.h"
#include "api/render_erasure.h"
#include "api/render_parts.h"

namespace hansard::api {

using domain::RecordedEvent;
using engine::Done;

namespace {
struct AtOnce {
  const Done& done;
  const RecordedEvent& event;
  std::uint32_t epoch;

  std::string begin(const base::ConversationId& id) const {
    std::string body = "{\"conversation_id\":";
    append_id(body, id);
    return body;
  }
  AnswerBody finish(std::string body) const {
    append_place(body, done, epoch);
    return answer_of(done, std::move(body));
  }

  AnswerBody operator()(const domain::MessageSent&) const {
    std::string body;
    body.reserve(1'024);
    append_message_parts(body, parts_of(event), epoch);
    return answer_of(done, std::move(body), quoted(event.version));
  }
  AnswerBody operator()(const domain::MemberAdded& added) const {
    std::string body = begin(added.conversation);
    body += ",\"members\":[";
    for (const auto& member : added.members) {
      if (body.back() != '[') body += ',';
      append_member(body, {member.user, member.role, event.time, {}});
    }
    body += ']';
    return finish(std::move(body));
  }
  AnswerBody operator()(const domain::MemberRemoved& removed) const {
    std::string body = begin(removed.conversation);
    body += ",\"user_id\":";
    append_json_string(body, removed.user.value);
    return finish(std::move(body));
  }
  // No ETag: what waits has no version yet.
  AnswerBody operator()(const domain::SendScheduled& waiting) const {
    std::string body;
    begin_scheduled(body, waiting.draft, waiting.send_at, waiting.content ? &*waiting.content : nullptr);
    append_place(body, done, epoch);
    return answer_of(done, std::move(body));
  }
  AnswerBody operator()(const domain::ProfileUpdated& updated) const {
    std::string body;
    const auto content = updated.content.value_or(domain::ProfileContent{});
    append_profile(body, updated.user, {content.display_name, content.avatar, content.metadata, event.time});
    body.pop_back();
    return finish(std::move(body));
  }
  AnswerBody operator()(const domain::DeliveredAdvanced& delivered) const {
    return delivered_answer(delivered.up_to, done, epoch);
  }
  AnswerBody operator()(const domain::FileUploaded& file) const {
    std::string body;
    append_file(body, file);
    body.pop_back();
    return finish(std::move(body));
  }
  AnswerBody operator()(const domain::ErasureRequested& asked) const {
    projections::ErasureView view;
    view.id = asked.erasure;
    view.scope = asked.scope;
    view.requested_by = event.actor;
    view.requested_at = event.time;
    std::string body;
    begin_erasure(body, view, words_of(asked.content));
    return finish(std::move(body));
  }
  AnswerBody operator()(const domain::HoldPlaced& placed) const {
    std::string body;
    begin_hold(body, {placed.hold, placed.scope, event.actor, event.time, event.position, {}},
               words_of(placed.content));
    return finish(std::move(body));
  }
  AnswerBody operator()(const domain::HoldReleased& released) const {
    std::string body = "{\"id\":";
    append_id(body, released.hold);
    body += ",\"released_at\":";
    append_json_time(body, event.time);
    return finish(std::move(body));
  }
  static std::optional<std::string> words_of(const std::optional<domain::ReasonContent>& content) {
    return content ? std::optional(content->reason) : std::nullopt;
  }
  template <class Other>
  AnswerBody operator()(const Other&) const {
    return finish(begin(done.conversation));
  }
};
}  // namespace

bool is_rendered_at_once(const domain::Command& command, const Done& done) {
  const bool makes_message =
      std::holds_alternative<domain::SendMessage>(command) || std::holds_alternative<domain::ForwardMessage>(command);
  if (makes_message) return !done.replayed && main_event(done) != nullptr;
  if (std::holds_alternative<domain::PutProfile>(command)) return !done.replayed && main_event(done) != nullptr;
  if (std::holds_alternative<domain::Delivered>(command)) return main_event(done) != nullptr;
  if (std::holds_alternative<domain::RecordFile>(command)) return main_event(done) != nullptr;
  const bool is_administration = std::holds_alternative<domain::RequestErasure>(command) ||
                                 std::holds_alternative<domain::PlaceHold>(command) ||
                                 std::holds_alternative<domain::ReleaseHold>(command);
  if (is_administration) return main_event(done) != nullptr;
  return std::holds_alternative<domain::AddMembers>(command) || std::holds_alternative<domain::RemoveMember>(command);
}

std::optional<Problem> refusal_in(const Done& done) {
  const RecordedEvent* event = main_event(done);
  const auto* conflict = event == nullptr ? nullptr : std::get_if<domain::HoldConflict>(&*event->body);
  if (conflict == nullptr) return std::nullopt;
  return problem_of(
      domain::Rejection{domain::RejectionCode::legal_hold,
                        "The legal hold " + base::to_text(conflict->hold) + " keeps it; that is recorded."});
}

AnswerBody render_at_once(const Done& done, std::uint32_t epoch) {
  if (const RecordedEvent* event = main_event(done)) return std::visit(AtOnce{done, *event, epoch}, *event->body);
  std::string body = "{\"conversation_id\":";
  append_id(body, done.conversation);
  append_place(body, done, epoch);
  return answer_of(done, std::move(body));
}

}  // namespace hansard::api

#include "api/answers_past.h"

#include <utility>
#include <variant>

#include "api/answers_at_once.h"
#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "projections/past.h"

namespace hansard::api {

using engine::Done;
using projections::ConversationView;
using projections::ListEntry;
using projections::MemberView;
using projections::ReaderView;

namespace {
bool is_same(const MemberView& a, const MemberView& b) { return a.role == b.role && a.joined_at == b.joined_at; }
bool is_same(const ConversationView& a, const ConversationView& b) {
  return a.settings_version == b.settings_version && a.closed == b.closed;
}
bool has_same_flags(const ReaderView& a, const ReaderView& b) {
  return a.archived == b.archived && a.muted == b.muted && a.pinned == b.pinned;
}
bool has_same_pointers(const ReaderView& a, const ReaderView& b) {
  return a.read_up_to == b.read_up_to && a.marked_from == b.marked_from;
}

class FromPast {
 public:
  FromPast(const projections::Snapshot& snapshot, const domain::Caller& caller, const Done& done, std::uint32_t epoch)
      : now_(snapshot),
        then_(snapshot.past(done.position)),
        caller_(caller),
        done_(done),
        epoch_(epoch),
        seat_(snapshot.member(done.conversation, caller.actor)) {}

  AnswerBody operator()(const domain::UpdateConversation&) const { return conversation(); }
  AnswerBody operator()(const domain::CloseConversation&) const { return conversation(); }
  AnswerBody operator()(const domain::FlagConversation&) const {
    const bool stayed = seat_ && has_same_flags(reader_now(), reader_then());
    return stayed ? conversation() : ids_only(done_, epoch_);
  }
  AnswerBody operator()(const domain::ChangeRole& command) const;
  AnswerBody operator()(const domain::Read&) const { return pointers(); }
  AnswerBody operator()(const domain::MarkUnread&) const { return pointers(); }
  template <class Other>
  AnswerBody operator()(const Other&) const {
    return ids_only(done_, epoch_);
  }

 private:
  ReaderView reader_now() const { return now_.reader(done_.conversation, caller_.actor); }
  ReaderView reader_then() const { return then_->reader(done_.conversation, caller_.actor); }

  AnswerBody conversation() const;
  ListEntry entry(ConversationView conversation) const;
  AnswerBody pointers() const;

  const projections::Snapshot& now_;
  const std::unique_ptr<projections::Past> then_;
  const domain::Caller& caller_;
  const Done& done_;
  const std::uint32_t epoch_;
  const std::optional<MemberView> seat_;  // of the caller, now
};

AnswerBody FromPast::conversation() const {
  auto then = then_->conversation(done_.conversation);
  const auto now = now_.conversation(done_.conversation);
  const bool may_see = seat_ || caller_.service;
  if (!may_see || !then || !now || !is_same(*then, *now)) return ids_only(done_, epoch_);
  return conversation_answer(entry(*std::move(then)), done_, epoch_);
}

// The last message of then is shown as it is now: what was edited or deleted since does not come back.
ListEntry FromPast::entry(ConversationView conversation) const {
  ListEntry entry;
  const auto member = seat_ ? then_->member(conversation.id, caller_.actor) : std::nullopt;
  if (member) {
    entry.role = member->role;
    entry.reader = reader_then();
    entry.unread = then_->unread(conversation.id, caller_.actor);
    const auto hidden = domain::hidden_through(conversation.settings, seat_->joined_after);
    if (conversation.last_ordinal > hidden)
      entry.last_message = now_.message_at(conversation.id, conversation.last_ordinal, caller_.actor);
  }
  entry.conversation = std::move(conversation);
  return entry;
}

// Not only of a repeat: he may have left, or been given another role, before his answer was made.
AnswerBody FromPast::operator()(const domain::ChangeRole& command) const {
  const auto then = then_->member(done_.conversation, command.user);
  const auto now = now_.member(done_.conversation, command.user);
  const bool changed_since = done_.replayed && (!now || !then || !is_same(*then, *now));
  std::string body;
  if ((seat_ || caller_.service) && then && !changed_since) {
    append_member(body, *then);
    body.back() = ',';
  } else {
    body = "{\"user_id\":";
    append_json_string(body, command.user.value);
    body += ',';
  }
  body += "\"conversation_id\":";
  append_id(body, done_.conversation);
  append_place(body, done_, epoch_);
  return answer_of(done_, std::move(body));
}

AnswerBody FromPast::pointers() const {
  const ReaderView then = reader_then();
  if (!seat_ || !has_same_pointers(reader_now(), then)) return render_at_once(done_, epoch_);
  return pointers_answer(then, then_->unread(done_.conversation, caller_.actor), done_, epoch_);
}
}  // namespace

bool is_answered_from_past(const domain::Command& command, const Done& done) {
  if (std::holds_alternative<domain::ChangeRole>(command)) return true;
  return done.replayed &&
         (std::holds_alternative<domain::UpdateConversation>(command) ||
          std::holds_alternative<domain::CloseConversation>(command) ||
          std::holds_alternative<domain::FlagConversation>(command) || std::holds_alternative<domain::Read>(command) ||
          std::holds_alternative<domain::MarkUnread>(command));
}

AnswerBody answer_from_past(const projections::Snapshot& snapshot, const domain::Command& command,
                            const domain::Caller& caller, const Done& done, std::uint32_t epoch) {
  return std::visit(FromPast(snapshot, caller, done, epoch), command);
}

}  // namespace hansard::api

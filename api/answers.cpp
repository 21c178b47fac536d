#include "api/answers.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "api/answer_parts.h"
#include "api/answers_at_once.h"
#include "api/answers_past.h"
#include "api/json.h"
#include "api/past_reader.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "projections/past.h"

namespace hansard::api {

using domain::RecordedEvent;
using engine::Done;
using projections::ListEntry;
using projections::Snapshot;

namespace {
// The resource as the views show it to the caller, once they have reached the command.
class FromViews {
 public:
  FromViews(const Snapshot& snapshot, const domain::Caller& caller, const Done& done, std::uint32_t epoch)
      : snapshot_(snapshot), caller_(caller), done_(done), epoch_(epoch) {}

  AnswerBody operator()(const domain::CreateConversation&) const {
    if (const auto* created = body_of<domain::ConversationCreated>()) return conversation_as_created(*created);
    return conversation();
  }
  AnswerBody operator()(const domain::UpdateConversation&) const { return conversation(); }
  AnswerBody operator()(const domain::CloseConversation&) const { return conversation(); }
  AnswerBody operator()(const domain::FlagConversation&) const { return conversation(); }
  AnswerBody operator()(const domain::SendMessage&) const { return message(); }
  AnswerBody operator()(const domain::EditMessage&) const { return message(); }
  AnswerBody operator()(const domain::DeleteMessage&) const { return message(); }
  AnswerBody operator()(const domain::Read&) const { return pointers(); }
  AnswerBody operator()(const domain::Delivered&) const {
    return delivered_answer(snapshot_.reader(done_.conversation, caller_.actor).delivered_up_to, done_, epoch_);
  }
  AnswerBody operator()(const domain::MarkUnread&) const { return pointers(); }
  AnswerBody operator()(const domain::AddMembers&) const { return render_at_once(done_, epoch_); }
  AnswerBody operator()(const domain::RemoveMember&) const { return render_at_once(done_, epoch_); }
  AnswerBody operator()(const domain::ForwardMessage&) const { return message(); }
  AnswerBody operator()(const domain::React&) const { return reacted(); }
  AnswerBody operator()(const domain::PutProfile& command) const {
    const auto* first = body_of<domain::ProfileUpdated>();
    if (first == nullptr) return profile(command.user);
    return is_still(*first) ? render_at_once(done_, epoch_) : profile_id(command.user);
  }
  AnswerBody operator()(const domain::BlockUser& command) const {
    std::string body = "{\"user_id\":";
    append_json_string(body, command.user.value);
    body += ",\"blocked\":";
    append_bool(body, command.blocked);
    append_place(body, done_, epoch_);
    return answer_of(done_, std::move(body));
  }
  // Released before.
  AnswerBody operator()(const domain::ReleaseHold& command) const {
    const auto hold = snapshot_.hold(command.id);
    std::string body = "{\"id\":";
    append_id(body, command.id);
    if (hold && hold->released_at) {
      body += ",\"released_at\":";
      append_json_time(body, *hold->released_at);
    }
    append_place(body, done_, epoch_);
    return answer_of(done_, std::move(body));
  }
  template <class Other>
  AnswerBody operator()(const Other&) const {
    return ids_only(done_, epoch_);
  }

 private:
  template <class Body>
  const Body* body_of() const {
    const RecordedEvent* event = main_event(done_);
    return event == nullptr ? nullptr : std::get_if<Body>(&*event->body);
  }

  bool may_see(const base::ConversationId& id) const {
    return caller_.service || snapshot_.member(id, caller_.actor).has_value();
  }

  // By `history: from_join`, from who was added again since.
  bool is_hidden(const domain::MessageFacts& facts) const {
    const auto member = snapshot_.member(facts.conversation, caller_.actor);
    const auto conversation = snapshot_.conversation(facts.conversation);
    return member && conversation &&
           facts.ordinal <= domain::hidden_through(conversation->settings, member->joined_after);
  }

  // A service may manage conversations it is no member of: then without a role and with everything unread at 0.
  std::optional<ListEntry> entry() const {
    if (auto own = snapshot_.list_entry(done_.conversation, caller_.actor)) return own;
    auto shared = caller_.service ? snapshot_.conversation(done_.conversation) : std::nullopt;
    if (!shared) return std::nullopt;
    ListEntry entry;
    entry.conversation = *std::move(shared);
    return entry;
  }

  AnswerBody conversation() const {
    auto now = entry();
    return now ? conversation_answer(*now, done_, epoch_) : ids_only(done_, epoch_);
  }

  // As its first event made it, whatever was said in it since; after a change of title, metadata or settings only ids.
  AnswerBody conversation_as_created(const domain::ConversationCreated& created) const {
    auto now = entry();
    base::Version version = done_.events.back()->version;
    if (!now || !created.content || now->conversation.settings_version != version) return ids_only(done_, epoch_);
    ListEntry first;
    first.conversation = now->conversation;
    first.conversation.version = version;
    first.conversation.closed = false;
    first.conversation.member_count = static_cast<std::uint32_t>(created.members.size());
    first.conversation.last_ordinal = {};
    first.role = domain::Role::owner;
    return conversation_answer(first, done_, epoch_);
  }

  std::optional<projections::MessageView> seen_message() const {
    auto now = done_.message ? snapshot_.message(*done_.message, caller_.actor) : std::nullopt;
    if (now && (!may_see(now->facts.conversation) || is_hidden(now->facts))) now.reset();
    return now;
  }

  // Replies and reactions came after it was sent.
  static void forget_what_followed(projections::MessageView& sent) {
    sent.thread_count = 0;
    sent.reactions.clear();
  }

  // Reactions and replies are in no version; what they were when the command was done, the past knows.
  bool was_followed_since(const projections::MessageView& now) const {
    if (!done_.replayed) return false;
    const auto then = snapshot_.past(done_.position)->message(now.facts.message);
    const auto is_same = [](const auto& a, const auto& b) { return a.emoji == b.emoji && a.count == b.count; };
    return !then || then->thread_count != now.thread_count ||
           !std::ranges::equal(then->reactions, now.reactions, is_same);
  }

  AnswerBody message() const {
    auto now = seen_message();
    if (!now) return scheduled_message();
    bool has_been_sent_since =
        body_of<domain::SendScheduled>() != nullptr || body_of<domain::ScheduleCancelled>() != nullptr;
    if (has_been_sent_since) return ids_only(done_, epoch_);
    const RecordedEvent* event = main_event(done_);
    bool changed_since = event != nullptr && now->version != event->version;
    if (done_.replayed && changed_since) return ids_only(done_, epoch_);
    if (event != nullptr && changed_since) return as_left(*event, *now);
    if (done_.replayed && body_of<domain::MessageSent>() != nullptr) {
      forget_what_followed(*now);
    } else if (was_followed_since(*now)) {
      return ids_only(done_, epoch_);
    }
    std::string body;
    append_message(body, *now, epoch_);
    note_unchanged(body, done_);
    return answer_of(done_, std::move(body), quoted(now->version));
  }

  // Of a message that waits for its time; ids where it was cancelled or is not to be seen.
  AnswerBody scheduled_message() const {
    auto waiting = done_.message ? snapshot_.scheduled_message(*done_.message) : std::nullopt;
    if (!waiting || waiting->facts.author != caller_.actor) return ids_only(done_, epoch_);
    std::string body;
    append_scheduled(body, *waiting, epoch_);
    note_unchanged(body, done_);
    return answer_of(done_, std::move(body));
  }

  // The message as the caller sees it, at the position of the reaction, which is none of the message's own changes.
  AnswerBody reacted() const {
    auto now = seen_message();
    const RecordedEvent* event = main_event(done_);
    if (!now || (done_.replayed && event != nullptr && now->version > event->version)) return ids_only(done_, epoch_);
    if (was_followed_since(*now)) return ids_only(done_, epoch_);
    now->position = done_.position;
    std::string body;
    append_message(body, *now, epoch_);
    note_unchanged(body, done_);
    return answer_of(done_, std::move(body), quoted(now->version));
  }

  bool is_still(const domain::ProfileUpdated& first) const {
    const auto now = snapshot_.profile(first.user);
    const auto content = first.content.value_or(domain::ProfileContent{});
    return now && now->display_name == content.display_name && now->avatar == content.avatar &&
           now->metadata == content.metadata;
  }

  AnswerBody profile_id(const base::UserId& user) const {
    std::string body = "{\"id\":";
    append_json_string(body, user.value);
    append_place(body, done_, epoch_);
    return answer_of(done_, std::move(body));
  }

  // Nothing changed: as it is.
  AnswerBody profile(const base::UserId& user) const {
    std::string body;
    append_profile(body, user, snapshot_.profile(user).value_or(projections::ProfileView{}));
    body.pop_back();
    append_place(body, done_, epoch_);
    return answer_of(done_, std::move(body));
  }

  // Somebody was faster with the next change: what this command made of the message comes from its event.
  AnswerBody as_left(const RecordedEvent& event, const projections::MessageView& now) const {
    std::string body;
    MessageParts parts = parts_of(event);
    parts.thread_count = now.thread_count;
    if (parts.content != nullptr) parts.reactions = &now.reactions;
    append_message_parts(body, parts, epoch_);
    return answer_of(done_, std::move(body), quoted(event.version));
  }

  AnswerBody pointers() const {
    return pointers_answer(snapshot_.reader(done_.conversation, caller_.actor),
                           snapshot_.unread(done_.conversation, caller_.actor), done_, epoch_);
  }

  const Snapshot& snapshot_;
  const domain::Caller& caller_;
  const Done& done_;
  const std::uint32_t epoch_;
};
}  // namespace

asio::awaitable<Answered<AnswerBody>> render_from_views(Context& context, domain::Command command,
                                                        domain::Caller caller, Done done) {
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  bool there = co_await context.views_reach(done.position, timeout);
  std::uint32_t epoch = context.engine.epoch();
  // The command is durable, so it is answered as such even where the views cannot tell more.
  if (!there) co_return ids_only(done, epoch);
  // What changed since must not be missed: as for reads, also what others were told before this was asked.
  std::chrono::milliseconds fresh(context.limits.fresh_read_wait_ms);
  if (done.replayed) co_await context.views_reach(context.engine.durable(), fresh);
  auto snapshot = context.views.snapshot();
  if (!is_answered_from_past(command, done)) co_return std::visit(FromViews(*snapshot, caller, done, epoch), command);
  if (!done.replayed) co_return answer_from_past(*snapshot, command, caller, done, epoch);  // a few seeks
  auto& reader = asio::use_service<PastReader>(context.io);
  AnswerBody body = ids_only(done, epoch);
  if (reader.is_crowded(caller.subject)) co_return body;
  PastReader::Job job = [&]() -> Answered<Response> {
    body = answer_from_past(*snapshot, command, caller, done, epoch);
    return Response{};
  };
  // A reader that is stopping leaves the ids.
  auto read = co_await reader.read(caller.subject, std::move(job));
  co_return body;
}

domain::Command outline_of(const domain::Command& command) {
  if (const auto* send = std::get_if<domain::SendMessage>(&command)) {
    domain::SendMessage outline;
    outline.conversation = send->conversation;
    outline.id = send->id;
    return outline;
  }
  return command;
}

}  // namespace hansard::api

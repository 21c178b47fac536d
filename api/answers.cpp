#include "api/answers.h"

#include <chrono>
#include <utility>
#include <variant>

#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"
#include "engine/base/check.h"

namespace hansard::api {

using domain::RecordedEvent;
using engine::Done;
using projections::ListEntry;
using projections::Snapshot;

namespace {
// "position" and what else is the same for every answer, after the resource's own members.
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

AnswerBody answer_of(const Done& done, std::string body, std::string etag = {}) {
  return {done.created ? 201 : 200, done.replayed, std::move(body), std::move(etag)};
}

std::string quoted(base::Version version) { return '"' + std::to_string(version.value) + '"'; }

// Of a resource that is not as the command left it any more, or that the views do not show yet.
AnswerBody ids_only(const Done& done, std::uint32_t epoch) {
  std::string body = "{\"id\":";
  if (done.message) {
    append_id(body, *done.message);
    body += ",\"conversation_id\":";
  }
  append_id(body, done.conversation);
  append_place(body, done, epoch);
  return answer_of(done, std::move(body));
}

// Adds "changed": false to a rendered object; a change goes without saying.
void note_unchanged(std::string& object, const Done& done) {
  if (done.changed) return;
  object.back() = ',';
  object += "\"changed\":false}";
}

// The first: what follows it (a notice) tells of it.
const RecordedEvent* main_event(const Done& done) {
  bool has_body = !done.events.empty() && done.events.front()->body;
  return has_body ? done.events.front().get() : nullptr;
}

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
  AnswerBody operator()(const domain::DeliveredAdvanced& delivered) const {
    std::string body = begin(delivered.conversation);
    body += ",\"delivered_up_to\":";
    append_json_number(body, delivered.up_to.value);
    return finish(std::move(body));
  }
  template <class Other>
  AnswerBody operator()(const Other&) const {
    return finish(begin(done.conversation));
  }
};

// The resource as the views show it to the caller, once they have reached the command.
class FromViews {
 public:
  FromViews(const Snapshot& snapshot, const domain::Caller& caller, const Done& done, std::uint32_t epoch)
      : snapshot_(snapshot), caller_(caller), done_(done), epoch_(epoch) {}

  AnswerBody operator()(const domain::CreateConversation&) const {
    if (const auto* created = body_of<domain::ConversationCreated>()) return conversation_as_created(*created);
    return conversation();
  }
  AnswerBody operator()(const domain::UpdateConversation&) const {
    auto now = snapshot_.conversation(done_.conversation);
    const RecordedEvent* event = main_event(done_);
    bool changed_since = event != nullptr && now && now->settings_version != event->version;
    return done_.replayed && changed_since ? ids_only(done_, epoch_) : conversation();
  }
  AnswerBody operator()(const domain::CloseConversation&) const { return conversation(); }
  AnswerBody operator()(const domain::FlagConversation&) const { return conversation(); }
  AnswerBody operator()(const domain::ChangeRole& command) const { return member(command.user); }
  AnswerBody operator()(const domain::SendMessage&) const { return message(); }
  AnswerBody operator()(const domain::EditMessage&) const { return message(); }
  AnswerBody operator()(const domain::DeleteMessage&) const { return message(); }
  AnswerBody operator()(const domain::Read&) const { return pointers(); }
  AnswerBody operator()(const domain::Delivered&) const { return pointers(); }
  AnswerBody operator()(const domain::MarkUnread&) const { return pointers(); }
  AnswerBody operator()(const domain::AddMembers&) const { return render_at_once(done_, epoch_); }
  AnswerBody operator()(const domain::RemoveMember&) const { return render_at_once(done_, epoch_); }
  AnswerBody operator()(const domain::ForwardMessage&) const { return message(); }
  AnswerBody operator()(const domain::React&) const { return message(); }
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

  // A service may manage conversations it is no member of: then without a role and with everything unread at 0.
  std::optional<ListEntry> entry() const {
    if (auto own = snapshot_.list_entry(done_.conversation, caller_.actor)) return own;
    auto shared = caller_.service ? snapshot_.conversation(done_.conversation) : std::nullopt;
    if (!shared) return std::nullopt;
    ListEntry entry;
    entry.conversation = *std::move(shared);
    return entry;
  }

  AnswerBody conversation_answer(const ListEntry& entry) const {
    std::string body;
    append_conversation(body, entry, epoch_);
    body.back() = ',';
    body += "\"position\":";
    append_quoted_position(body, epoch_, done_.position);
    body += '}';
    note_unchanged(body, done_);
    return answer_of(done_, std::move(body), quoted(entry.conversation.settings_version));
  }

  AnswerBody conversation() const {
    auto now = entry();
    return now ? conversation_answer(*now) : ids_only(done_, epoch_);
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
    return conversation_answer(first);
  }

  AnswerBody member(const base::UserId& user) const {
    auto now = snapshot_.member(done_.conversation, user);
    if (!now || !may_see(done_.conversation)) return ids_only(done_, epoch_);
    std::string body;
    append_member(body, *now);
    body.back() = ',';
    body += "\"conversation_id\":";
    append_id(body, done_.conversation);
    append_place(body, done_, epoch_);
    return answer_of(done_, std::move(body));
  }

  AnswerBody message() const {
    auto now = done_.message ? snapshot_.message(*done_.message) : std::nullopt;
    if (!now || !may_see(now->facts.conversation)) return ids_only(done_, epoch_);
    const RecordedEvent* event = main_event(done_);
    bool changed_since = event != nullptr && now->version != event->version;
    if (done_.replayed && changed_since) return ids_only(done_, epoch_);
    if (event != nullptr && changed_since) return as_left(*event, *now);
    if (done_.replayed && body_of<domain::MessageSent>() != nullptr) now->thread_count = 0;
    std::string body;
    append_message(body, *now, epoch_);
    note_unchanged(body, done_);
    return answer_of(done_, std::move(body), quoted(now->version));
  }

  // Somebody was faster with the next change: what this command made of the message comes from its event.
  AnswerBody as_left(const RecordedEvent& event, const projections::MessageView& now) const {
    std::string body;
    MessageParts parts = parts_of(event);
    parts.thread_count = now.thread_count;
    append_message_parts(body, parts, epoch_);
    return answer_of(done_, std::move(body), quoted(event.version));
  }

  AnswerBody pointers() const {
    auto reader = snapshot_.reader(done_.conversation, caller_.actor);
    auto count = snapshot_.unread(done_.conversation, caller_.actor);
    std::string body = "{\"conversation_id\":";
    append_id(body, done_.conversation);
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
    append_place(body, done_, epoch_);
    return answer_of(done_, std::move(body));
  }

  const Snapshot& snapshot_;
  const domain::Caller& caller_;
  const Done& done_;
  const std::uint32_t epoch_;
};
}  // namespace

bool is_rendered_at_once(const domain::Command& command, const Done& done) {
  if (std::holds_alternative<domain::SendMessage>(command)) return !done.replayed && main_event(done) != nullptr;
  if (std::holds_alternative<domain::Delivered>(command)) return main_event(done) != nullptr;
  return std::holds_alternative<domain::AddMembers>(command) || std::holds_alternative<domain::RemoveMember>(command);
}

AnswerBody render_at_once(const Done& done, std::uint32_t epoch) {
  if (const RecordedEvent* event = main_event(done)) return std::visit(AtOnce{done, *event, epoch}, *event->body);
  std::string body = "{\"conversation_id\":";
  append_id(body, done.conversation);
  append_place(body, done, epoch);
  return answer_of(done, std::move(body));
}

asio::awaitable<Answered<AnswerBody>> render_from_views(Context& context, domain::Command command,
                                                        domain::Caller caller, Done done) {
  std::chrono::milliseconds timeout(context.limits.min_position_timeout_ms);
  bool there = co_await context.views_reach(done.position, timeout);
  std::uint32_t epoch = context.engine.epoch();
  // The command is durable, so it is answered as such even where the views cannot tell more.
  if (!there) co_return ids_only(done, epoch);
  auto snapshot = context.views.snapshot();
  FromViews render(*snapshot, caller, done, epoch);
  co_return std::visit(render, command);
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

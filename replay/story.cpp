#include "replay/story.h"

#include <algorithm>
#include <utility>

#include "engine/base/clock.h"
#include "engine/domain/words.h"
#include "replay/quoting.h"
#include "replay/story_settings.h"

namespace hansard::replay {

using base::ConversationId;
using base::MessageId;
using base::Ordinal;
using base::UserId;
using domain::RecordedEvent;

namespace {
constexpr char kErased[] = "(erased)";

std::string name_of(const UserId& user) { return user.value.empty() ? "the server" : one_line(user.value); }
std::string number_of(Ordinal ordinal) { return "message " + std::to_string(ordinal.value); }

template <class Content>
std::string text_of(const std::optional<Content>& content) {
  return content ? quoted(content->text) : kErased;
}

std::optional<std::string> text_kept(const std::optional<domain::MessageContent>& content) {
  return content ? std::optional(content->text) : std::nullopt;
}

template <class Body>
const ConversationId* conversation_of(const Body& body) {
  if constexpr (requires { body.facts; }) {
    return &body.facts.conversation;
  } else if constexpr (requires { body.conversation; }) {
    if constexpr (std::is_same_v<std::decay_t<decltype(body.conversation)>, ConversationId>) return &body.conversation;
  } else if constexpr (requires { body.draft; }) {
    return &body.draft.conversation;
  }
  return nullptr;
}

template <class Body>
bool is_about(const Body& body, const UserId& user) {
  if constexpr (requires { body.members; }) {
    for (const auto& member : body.members) {
      if (member.user == user) return true;
    }
  }
  if constexpr (requires { body.user; }) return body.user == user;
  if constexpr (requires { body.facts; }) return body.facts.author == user;
  return false;
}

std::string names_of(const std::vector<domain::MemberEntry>& members, const UserId& but) {
  constexpr std::size_t kNamesMax = 20;
  std::string out;
  std::size_t named = 0, others = 0;
  for (const auto& member : members) {
    if (member.user == but) continue;
    if (++named > kNamesMax) {
      ++others;
      continue;
    }
    out += (out.empty() ? "" : ", ") + name_of(member.user);
  }
  return others == 0 ? out : out + " and " + std::to_string(others) + " more";
}
}  // namespace

template <class Body>
bool Story::concerns(const RecordedEvent& event, const Body& body) const {
  if (subject_.conversation) {
    const ConversationId* id = conversation_of(body);
    return id != nullptr && *id == *subject_.conversation;
  }
  return event.actor == *subject_.user || is_about(body, *subject_.user);
}

std::optional<std::string> Story::tell(const RecordedEvent& event) {
  if (!event.body) return std::nullopt;
  return std::visit(
      [&](const auto& body) -> std::optional<std::string> {
        bool told = concerns(event, body);
        std::string said = words(event, body);
        if (!told || said.empty()) return std::nullopt;
        const ConversationId* id = conversation_of(body);
        return id == nullptr ? said : said + in(*id);
      },
      *event.body);
}

bool Story::keeps(const domain::MessageFacts& facts) const {
  return subject_.conversation ? facts.conversation == *subject_.conversation : facts.author == *subject_.user;
}

std::string Story::in(const ConversationId& conversation) const {
  if (subject_.conversation) return "";
  auto found = conversations_.find(conversation);
  bool named = found != conversations_.end() && !found->second.title.empty();
  return " [in " + (named ? quoted(found->second.title, 40) : base::to_text(conversation)) + "]";
}

std::string Story::known(const MessageId& id, Ordinal ordinal) const {
  auto found = messages_.find(id);
  std::string of = found == messages_.end() ? "" : " of " + name_of(found->second.author);
  return number_of(ordinal) + of;
}

std::string Story::message(const domain::MessageFacts& facts) const {
  return number_of(facts.ordinal) + " of " + name_of(facts.author);
}

std::string Story::text_before(const domain::MessageFacts& facts) const {
  auto found = messages_.find(facts.message);
  return found == messages_.end() || !found->second.text ? "" : quoted(*found->second.text);
}

std::string Story::words(const RecordedEvent& event, const domain::ConversationCreated& body) {
  if (!subject_.conversation || *subject_.conversation == body.conversation) {
    Conversation& now = conversations_[body.conversation];
    now = {body.content ? body.content->title : "", body.content ? body.content->metadata : "", body.settings};
    for (const auto& member : body.members) places_[{body.conversation, member.user}].role = member.role;
  }
  std::string title = body.content ? body.content->title : "";
  std::string others = names_of(body.members, event.actor);
  return name_of(event.actor) + " created the conversation" + (title.empty() ? "" : " " + quoted(title)) +
         (others.empty() ? "" : " with " + others);
}

std::string Story::words(const RecordedEvent& event, const domain::ConversationUpdated& body) {
  if (subject_.conversation && *subject_.conversation != body.conversation) return "";
  Conversation& before = conversations_[body.conversation];
  Conversation now{body.content ? body.content->title : "", body.content ? body.content->metadata : "", body.settings};
  std::string what;
  auto add = [&](const std::string& part) { what += (what.empty() ? "" : "; ") + part; };
  if (!body.content) add("title and metadata are erased");
  if (body.content && now.title != before.title) add("title " + quoted(before.title) + " → " + quoted(now.title));
  if (body.content && now.metadata != before.metadata) {
    add("metadata " + quoted(before.metadata) + " → " + quoted(now.metadata));
  }
  for (const std::string& part : changes(before.settings, now.settings)) add(part);
  before = std::move(now);
  return name_of(event.actor) + " changed the conversation: " + (what.empty() ? "nothing" : what);
}

std::string Story::words(const RecordedEvent& event, const domain::ConversationClosed&) {
  return name_of(event.actor) + " closed the conversation";
}

std::string Story::words(const RecordedEvent& event, const domain::MemberAdded& body) {
  for (const auto& member : body.members) {
    Place& place = places_[{body.conversation, member.user}];
    place.role = member.role;
    place.read_up_to = std::max(place.read_up_to, body.last_ordinal);
  }
  if (body.members.size() == 1 && body.members.front().user == event.actor) return name_of(event.actor) + " joined";
  return name_of(event.actor) + " added " + names_of(body.members, {});
}

std::string Story::words(const RecordedEvent& event, const domain::MemberRemoved& body) {
  places_[{body.conversation, body.user}].role.reset();
  if (event.actor == body.user) return name_of(body.user) + " left";
  return name_of(event.actor) + " removed " + name_of(body.user);
}

std::string Story::words(const RecordedEvent& event, const domain::MemberRoleChanged& body) {
  std::optional<domain::Role>& role = places_[{body.conversation, body.user}].role;
  std::string before = role ? std::string(domain::word_of(*role)) : "?";
  role = body.role;
  return name_of(event.actor) + " changed the role of " + name_of(body.user) + ": " + before + " → " +
         std::string(domain::word_of(body.role));
}

std::string Story::words(const RecordedEvent& event, const domain::MessageSent& body) {
  const auto& facts = body.facts;
  if (keeps(facts)) messages_[facts.message] = {facts.ordinal, facts.author, text_kept(body.content)};
  std::string out = name_of(event.actor);
  out += facts.forwarded_from ? " forwarded as " : facts.author == event.actor ? " wrote " : " posted ";
  out += number_of(facts.ordinal);
  if (facts.reply_to) out += " in reply to " + std::to_string(facts.reply_to_ordinal.value);
  out += ": " + text_of(body.content);
  if (!body.files.empty()) out += ", " + std::to_string(body.files.size()) + " attached";
  return out;
}

std::string Story::words(const RecordedEvent& event, const domain::MessageEdited& body) {
  std::string before = text_before(body.facts);
  if (keeps(body.facts)) messages_[body.facts.message].text = text_kept(body.content);
  std::string text = text_of(body.content);
  return name_of(event.actor) + " edited message " + std::to_string(body.facts.ordinal.value) + ": " +
         (before.empty() ? text : before + " → " + text);
}

std::string Story::words(const RecordedEvent& event, const domain::MessageDeleted& body) {
  std::string before = text_before(body.facts);
  return name_of(event.actor) + " deleted " + message(body.facts) + (before.empty() ? "" : ": " + before);
}

std::string Story::words(const RecordedEvent&, const domain::MessageExpired& body) {
  std::string before = text_before(body.facts);
  return message(body.facts) + " expired" + (before.empty() ? "" : ": " + before);
}

std::string Story::words(const RecordedEvent&, const domain::MessageErased& body) {
  return message(body.facts) + " was erased";
}

std::string Story::words(const RecordedEvent&, const domain::ReactionAdded& body) {
  return name_of(body.user) + " reacted to " + known(body.message, body.ordinal) + " with " +
         (body.content ? one_line(body.content->emoji) : kErased);
}

std::string Story::words(const RecordedEvent&, const domain::ReactionRemoved& body) {
  return name_of(body.user) + " took " + (body.content ? one_line(body.content->emoji) : kErased) + " back from " +
         known(body.message, body.ordinal);
}

std::string Story::words(const RecordedEvent&, const domain::ReadAdvanced& body) {
  Ordinal& up_to = places_[{body.conversation, body.user}].read_up_to;
  if (body.up_to <= up_to) return name_of(body.user) + " is no longer marked as having unread messages";
  std::string before = up_to ? " (before: " + std::to_string(up_to.value) + ")" : "";
  up_to = body.up_to;
  return name_of(body.user) + " read up to " + number_of(body.up_to) + before;
}

std::string Story::words(const RecordedEvent&, const domain::DeliveredAdvanced& body) {
  return name_of(body.user) + " was delivered everything up to " + number_of(body.up_to);
}

std::string Story::words(const RecordedEvent&, const domain::UnreadMarked& body) {
  return name_of(body.user) + " marked as unread from " + number_of(body.from);
}

std::string Story::words(const RecordedEvent&, const domain::ConversationFlagged& body) {
  std::string flags;
  for (auto [is_set, word] :
       {std::pair(body.archived, "archived"), std::pair(body.muted, "muted"), std::pair(body.pinned, "pinned")}) {
    if (is_set) flags += (flags.empty() ? "" : ", ") + std::string(word);
  }
  return name_of(body.user) + " has it now: " + (flags.empty() ? "neither archived, muted nor pinned" : flags);
}

std::string Story::words(const RecordedEvent&, const domain::ProfileUpdated& body) {
  std::string now = body.content ? body.content->display_name : "";
  if (subject_.conversation) return "";
  std::string before = std::exchange(names_[body.user], now);
  if (!body.content) return "the profile of " + name_of(body.user) + ": " + kErased;
  return name_of(body.user) + " changed the profile: name " + (before.empty() ? "" : quoted(before) + " → ") +
         quoted(now);
}

std::string Story::words(const RecordedEvent&, const domain::UserBlocked& body) {
  return name_of(body.user) + " blocked " + name_of(body.other);
}
std::string Story::words(const RecordedEvent&, const domain::UserUnblocked& body) {
  return name_of(body.user) + " no longer blocks " + name_of(body.other);
}

std::string Story::words(const RecordedEvent&, const domain::NotificationDue& body) {
  return name_of(body.user) + " had neither received nor read " + known(body.message, body.ordinal) +
         ", so a notification was due";
}

std::string Story::words(const RecordedEvent& event, const domain::SendScheduled& body) {
  return name_of(event.actor) + " scheduled for " + base::time_text(body.send_at) + ": " + text_of(body.content);
}
std::string Story::words(const RecordedEvent& event, const domain::ScheduleCancelled& body) {
  std::string why = body.reason.empty() ? "" : " (" + one_line(body.reason) + ")";
  return name_of(event.actor) + " cancelled a scheduled message" + why;
}

std::string Story::words(const RecordedEvent&, const domain::FileUploaded& body) {
  return name_of(body.user) + " uploaded " + (body.content ? quoted(body.content->name) : kErased) + ", " +
         std::to_string(body.size) + " bytes";
}

// What has no sentence of its own has its name.
template <class Other>
std::string Story::words(const RecordedEvent& event, const Other& body) {
  return name_of(event.actor) + ": " + std::string(domain::type_name(domain::type_of(domain::EventBody(body))));
}

}  // namespace hansard::replay

#include "tests/sim/ask.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/clock.h"
#include "tests/sim/push_checker.h"
#include "tests/sim/violation.h"

namespace hansard::sim {

namespace {
using domain::EventType;

struct Choice {
  AskKind kind;
  std::uint64_t weight;
};
constexpr std::array<Choice, 12> kChoices{{
    {AskKind::send, 45},
    {AskKind::edit, 8},
    {AskKind::erase_for_all, 5},
    {AskKind::read, 12},
    {AskKind::deliver, 6},
    {AskKind::react, 7},
    {AskKind::unreact, 3},
    {AskKind::add_member, 4},
    {AskKind::remove_member, 3},
    {AskKind::mark_unread, 3},
    {AskKind::archive, 1},
    {AskKind::unarchive, 1},
}};
constexpr std::uint64_t kConversationsMax = 4;

AskKind draw_kind(Chance& chance) {
  std::uint64_t total = 0;
  for (const auto& choice : kChoices) total += choice.weight;
  std::uint64_t drawn = chance.below(total);
  for (const auto& choice : kChoices) {
    if (drawn < choice.weight) return choice.kind;
    drawn -= choice.weight;
  }
  return AskKind::send;
}

bool is_about_message(AskKind kind) {
  return kind == AskKind::edit || kind == AskKind::erase_for_all || kind == AskKind::react || kind == AskKind::unreact;
}

// Mostly a recent one, and mostly of the caller's own.
void draw_message(Chance& chance, const ConversationState& state, Ask& ask) {
  const std::uint64_t recent = std::min<std::uint64_t>(state.messages.size(), chance.percent(80) ? 6 : 1'000);
  const auto* message = &state.messages[state.messages.size() - 1 - chance.below(recent)];
  for (int tries = 0; tries < 4 && message->author != ask.user && chance.percent(80); ++tries) {
    message = &state.messages[state.messages.size() - 1 - chance.below(recent)];
  }
  ask.message = message->id;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const auto& text : texts) list += (list.empty() ? "" : ",") + quoted(text);
  return list;
}

// Some name nobody, some a few, and few the same one twice.
std::vector<std::string> draw_mentions(Chance& chance, const std::vector<std::string>& users) {
  std::vector<std::string> mentions;
  if (chance.percent(55)) return mentions;
  for (auto left = chance.between(1, 3); left > 0; --left) {
    mentions.push_back(chance.percent(8) ? std::string("stranger") : chance.pick(users));
  }
  return mentions;
}

std::string mentions_of(const Ask& ask) {
  std::string list;
  for (const auto& user : ask.mentions) {
    list += (list.empty() ? "" : ",") + ("{\"user_id\":" + quoted(user)) + ",\"offset\":0,\"length\":4}";
  }
  return list.empty() ? "" : ",\"mentions\":[" + list + "]";
}

std::string data_of(const Ask& ask) {
  switch (ask.kind) {
    case AskKind::create:
      return "{\"type\":\"group\",\"id\":" + quoted(ask.conversation) + ",\"members\":[" + quoted_list(ask.members) +
             "],\"settings\":{\"history\":" + quoted(ask.hides_history ? "from_join" : "all") +
             ",\"retention_s\":" + std::to_string(ask.retention_s) + "}}";
    case AskKind::send: {
      std::string id = ask.message.empty() ? "" : ",\"id\":" + quoted(ask.message);
      const bool waits = ask.send_at_ms != 0;
      std::string when = waits ? ",\"send_at\":" + quoted(base::time_text({ask.send_at_ms})) : "";
      return "{\"conversation_id\":" + quoted(ask.conversation) + ",\"content\":" + quoted(ask.text) +
             mentions_of(ask) + id + when + "}";
    }
    case AskKind::edit:
      return "{\"message_id\":" + quoted(ask.message) + ",\"content\":" + quoted(ask.text) + mentions_of(ask) + "}";
    case AskKind::erase_for_all:
      return "{\"message_id\":" + quoted(ask.message) + "}";
    case AskKind::read:
    case AskKind::deliver:
      return "{\"conversation_id\":" + quoted(ask.conversation) + ",\"up_to\":" + std::to_string(ask.ordinal) + "}";
    case AskKind::mark_unread:
      return "{\"from\":" + std::to_string(ask.ordinal) + "}";
    case AskKind::react:
    case AskKind::unreact:
      return "{\"message_id\":" + quoted(ask.message) + ",\"emoji\":" + quoted(ask.emoji) + "}";
    case AskKind::add_member:
      return "{\"user_id\":" + quoted(ask.other) + "}";
    default:
      return "{}";
  }
}

struct Target {
  std::string method, path;
};

Target target_of(const Ask& ask) {
  const std::string conversation = "/api/v1/conversations/" + ask.conversation;
  const std::string message = "/api/v1/messages/" + ask.message;
  switch (ask.kind) {
    case AskKind::create:
      return {"POST", "/api/v1/conversations"};
    case AskKind::send:
      return {"POST", conversation + "/messages"};
    case AskKind::edit:
      return {"PATCH", message};
    case AskKind::erase_for_all:
      return {"DELETE", message};
    case AskKind::read:
      return {"POST", conversation + "/read"};
    case AskKind::deliver:
      return {"POST", conversation + "/delivered"};
    case AskKind::mark_unread:
      return {"POST", conversation + "/unread"};
    case AskKind::react:
      return {"POST", message + "/reactions"};
    case AskKind::unreact:
      return {"DELETE", message + "/reactions/" + ask.emoji};
    case AskKind::add_member:
      return {"POST", conversation + "/members"};
    case AskKind::remove_member:
      return {"DELETE", conversation + "/members/" + ask.other};
    case AskKind::archive:
      return {"POST", conversation + "/archive"};
    case AskKind::unarchive:
      return {"POST", conversation + "/unarchive"};
  }
  return {};
}

std::string_view frame_type_of(AskKind kind) {
  switch (kind) {
    case AskKind::send:
      return "message.send";
    case AskKind::edit:
      return "message.edit";
    case AskKind::erase_for_all:
      return "message.delete";
    case AskKind::read:
      return "message.read";
    case AskKind::deliver:
      return "message.delivered";
    case AskKind::react:
      return "reaction.add";
    case AskKind::unreact:
      return "reaction.remove";
    default:
      return "";
  }
}

EventType event_of(AskKind kind) {
  switch (kind) {
    case AskKind::create:
      return EventType::conversation_created;
    case AskKind::send:
      return EventType::message_sent;
    case AskKind::edit:
      return EventType::message_edited;
    case AskKind::erase_for_all:
      return EventType::message_deleted;
    case AskKind::read:
      return EventType::read_advanced;
    case AskKind::deliver:
      return EventType::delivered_advanced;
    case AskKind::react:
      return EventType::reaction_added;
    case AskKind::unreact:
      return EventType::reaction_removed;
    case AskKind::add_member:
      return EventType::member_added;
    case AskKind::remove_member:
      return EventType::member_removed;
    case AskKind::mark_unread:
      return EventType::unread_marked;
    default:
      return EventType::conversation_flagged;
  }
}

void check_accepted(const Model& model, const Ask& ask, const Reply& reply) {
  require(reply.position <= model.length(), "acknowledged at", reply.position, "above the durable", model.length());
  if (!reply.has_changed) return;
  require(reply.position > 0, "acknowledged without a position");
  const auto [first, last] = model.command_around(reply.position);
  const Fact& fact = model.at(is_receipt(ask.kind) ? reply.position : first);
  require(is_receipt(ask.kind) || reply.position == last, "acknowledged at", reply.position, "but ends at", last);
  const EventType wanted = ask.send_at_ms != 0 ? EventType::send_scheduled : event_of(ask.kind);
  const bool is_cancelled = ask.kind == AskKind::erase_for_all && fact.type == EventType::schedule_cancelled;
  require((fact.type == wanted || is_cancelled) && fact.actor == ask.user, "acknowledged at", reply.position,
          "which is", domain::type_name(fact.type), "by", fact.actor);
  if (is_about_message(ask.kind)) require(fact.message == ask.message, "another message at", first);
  if (!ask.conversation.empty()) require(fact.conversation == ask.conversation, "another conversation at", first);
  if (!ask.text.empty()) require(fact.text == ask.text, "another text at", first);
  if (!ask.text.empty()) require(fact.mentions == ask.mentions, "other mentions at", first);
  if (is_receipt(ask.kind)) {  // a read that only takes the mark away carries no pointer
    const auto pointer = model.state(fact.conversation, reply.position).pointers.at(ask.user);
    const auto up_to = ask.kind == AskKind::read ? pointer.read : pointer.delivered;
    require(up_to >= ask.ordinal, "a pointer below what was asked at", first);
  }
  if (ask.kind == AskKind::send && reply.ordinal > 0) require(reply.ordinal == fact.ordinal, "another ordinal");
  if (ask.kind == AskKind::send && !reply.message.empty()) require(reply.message == fact.message, "another id");
}

// Somebody is refused like a stranger: he was one at some time since he asked, or what he named was not there.
void check_not_found(const Model& model, const Ask& ask, Place asked_at) {
  if (ask.kind == AskKind::remove_member || is_about_message(ask.kind)) return;
  bool was_stranger = false;
  for (Place at = asked_at; at <= model.length() && !was_stranger; ++at) {
    was_stranger = !model.state(ask.conversation, at).has(ask.user);
  }
  require(was_stranger, "told not_found, and was a member all the time");
}
}  // namespace

std::string draw_uuid(Chance& chance) {
  std::array<std::uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(chance.next() >> 24);
  bytes[6] = static_cast<std::uint8_t>(0x70 | (bytes[6] & 0x0F));
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3F));
  return base::uuid_text(bytes);
}

Ask draw_ask(Chance& chance, const Model& model, const std::string& user, const std::vector<std::string>& users,
             std::uint64_t number) {
  Ask ask;
  ask.user = user;
  ask.key = "k" + std::to_string(number);
  ask.other = chance.pick(users);
  const auto& all = model.conversations();
  const bool is_new = all.empty() || (all.size() < kConversationsMax && chance.percent(3));
  if (is_new) {
    ask.kind = AskKind::create;
    ask.conversation = draw_uuid(chance);
    for (const auto& member : users) {
      if (chance.percent(60)) ask.members.push_back(member);
    }
    ask.hides_history = chance.percent(30);
    ask.retention_s = chance.percent(30) ? static_cast<std::uint32_t>(chance.between(1, 60)) : 0;
    return ask;
  }
  ask.kind = draw_kind(chance);
  ask.conversation = chance.pick(all);
  for (int tries = 0; tries < 5 && !model.now(ask.conversation).has(user) && chance.percent(90); ++tries) {
    ask.conversation = chance.pick(all);
  }
  const auto& state = model.now(ask.conversation);
  if (is_about_message(ask.kind) && state.messages.empty()) ask.kind = AskKind::send;
  if (is_about_message(ask.kind)) draw_message(chance, state, ask);
  if (ask.kind == AskKind::send && chance.percent(50)) ask.message = draw_uuid(chance);
  if (ask.kind == AskKind::send && chance.percent(8)) {
    ask.send_at_ms = base::system_clock().now().ms + static_cast<std::int64_t>(chance.between(1, 30'000));
  }
  if (ask.kind == AskKind::send || ask.kind == AskKind::edit) {
    ask.text = "text " + std::to_string(number);
    ask.mentions = draw_mentions(chance, users);
  }
  if (ask.kind == AskKind::react || ask.kind == AskKind::unreact) ask.emoji = chance.percent(50) ? "a" : "b";
  const std::uint64_t last = state.messages.size();
  ask.ordinal = last == 0 ? 0 : chance.between(chance.percent(70) ? last - last / 4 : 1, last);
  if (ask.kind == AskKind::mark_unread) ask.ordinal = std::max<std::uint64_t>(ask.ordinal, 1);
  if (ask.kind == AskKind::remove_member && chance.percent(60)) ask.other = ask.user;
  return ask;
}

std::string describe(const Ask& ask) {
  const Target target = target_of(ask);
  return ask.user + " " + target.method + " " + target.path + " " + data_of(ask) + " " + ask.key;
}

std::optional<std::string> frame_of(const Ask& ask, std::uint64_t id) {
  const auto type = frame_type_of(ask.kind);
  if (type.empty()) return std::nullopt;
  return "{\"type\":\"" + std::string(type) + "\",\"id\":" + std::to_string(id) + ",\"key\":" + quoted(ask.key) +
         ",\"data\":" + data_of(ask) + "}";
}

api::Request make_request(const std::string& user, std::string method, std::string path, std::string query,
                          std::string body) {
  api::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  request.body = std::move(body);
  request.headers.emplace_back("authorization", "Bearer " + user);
  request.peer = "192.0.2.1";
  return request;
}

api::Request request_of(const Ask& ask) {
  Target target = target_of(ask);
  const bool has_body = target.method != "DELETE";
  auto request = make_request(ask.user, target.method, target.path, "", has_body ? data_of(ask) : "");
  request.headers.emplace_back("idempotency-key", ask.key);
  return request;
}

bool is_receipt(AskKind kind) { return kind == AskKind::read || kind == AskKind::deliver; }

bool Reply::is_for_later() const {
  return code == "overloaded" || code == "view_behind" || code == "shutting_down" || code == "unavailable" ||
         code == "disk_full";
}

Reply reply_of(bool is_accepted, base::JsonValue body) {
  Reply reply;
  reply.is_accepted = is_accepted;
  reply.code = body.member("code").string().value_or("");
  reply.position = place_in(body, "position").value_or(0);
  reply.has_changed = body.member("changed").boolean().value_or(true);
  reply.message = body.member("id").string().value_or("");
  reply.ordinal = static_cast<std::uint64_t>(body.member("ordinal").integer().value_or(0));
  return reply;
}

void check_reply(const Model& model, const Ask& ask, const Reply& reply, Place asked_at) {
  try {
    if (reply.is_accepted) return check_accepted(model, ask, reply);
    const bool is_nonsense =
        reply.code == "malformed" || reply.code == "internal" || reply.code == "idempotency_key_reused";
    require(!is_nonsense, "refused as", reply.code);
    if (reply.code == "not_found") check_not_found(model, ask, asked_at);
  } catch (const Violation& broken) {
    throw Violation(describe(ask) + ": " + broken.what());
  }
}

}  // namespace hansard::sim

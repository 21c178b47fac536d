#include "engine/domain/posting.h"

#include <algorithm>

#include "engine/base/json.h"

namespace hansard::domain {
namespace {

constexpr std::size_t kNamedMax = 3;       // in the sentence
constexpr std::size_t kMetadataMax = 100;  // in the metadata

std::string names_of(const std::vector<UserId>& users) {
  std::string names;
  for (std::size_t i = 0; i < std::min(users.size(), kNamedMax); ++i) {
    if (i > 0) names += ", ";
    names += users[i].value;
  }
  if (users.size() > kNamedMax) names += " and " + std::to_string(users.size() - kNamedMax) + " more";
  return names;
}

std::string sentence_of(const UserId& actor, const Notice& notice) {
  if (notice.event == "member_left") return actor.value + " left";
  return actor.value + (notice.event == "member_added" ? " added " : " removed ") + names_of(notice.users);
}

std::string metadata_of(const Notice& notice) {
  std::string out = "{\"event\":";
  base::append_json_string(out, notice.event);
  out += ",\"user_ids\":[";
  for (std::size_t i = 0; i < std::min(notice.users.size(), kMetadataMax); ++i) {
    if (i > 0) out += ',';
    base::append_json_string(out, notice.users[i].value);
  }
  out += "],\"count\":";
  base::append_json_number(out, notice.users.size());
  out += '}';
  return out;
}

}  // namespace

std::optional<Rejection> check_slow_mode(const Given& given, const Place& place, const ConversationId& id) {
  const std::uint64_t pause_ms = std::uint64_t{place.conversation.settings.slow_mode_s} * 1'000;
  if (may_moderate(place)) return std::nullopt;
  const Timestamp last_sent = given.state.reader(id, given.caller.actor).last_sent;
  if (last_sent == Timestamp{} || given.now < last_sent) return std::nullopt;
  const std::uint64_t passed_ms = elapsed_ms(last_sent, given.now);
  if (passed_ms >= pause_ms) return std::nullopt;
  auto rejection = reject(RejectionCode::slow_mode, "The conversation is in slow mode.");
  rejection.retry_after_s = static_cast<std::uint32_t>((pause_ms - passed_ms + 999) / 1'000);
  return rejection;
}

std::optional<Rejection> check_may_post(const Place& place) {
  if (place.member->role == Role::read_only) return reject(RejectionCode::read_only, "You may only read here.");
  const bool admins_only = place.conversation.settings.who_may_post == WhoMayPost::admins;
  if (admins_only && !may_moderate(place)) {
    return reject(RejectionCode::read_only, "Only owners and admins post here.");
  }
  return std::nullopt;
}

MessageFacts next_facts(const Given& given, const Place& place, const ConversationId& conversation,
                        const MessageId& id) {
  MessageFacts facts;
  facts.conversation = conversation;
  facts.message = id;
  facts.ordinal = place.conversation.last_ordinal.next();
  facts.author = given.caller.actor;
  facts.created_at = given.now;
  facts.sent_at = given.now;
  return facts;
}

MessageSent notice_of(const Given& given, const Place& place, const ConversationId& conversation, const MessageId& id,
                      const Notice& notice) {
  MessageSent sent;
  sent.facts = next_facts(given, place, conversation, id);
  sent.facts.type = MessageType::system;
  sent.content = MessageContent{sentence_of(given.caller.actor, notice), metadata_of(notice), {}, {}};
  return sent;
}

}  // namespace hansard::domain

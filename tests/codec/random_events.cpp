#include "tests/codec/random_events.h"

#include <limits>

namespace hansard::codec::testing {

namespace {

using namespace domain;

template <class T>
T any() {
  return *rc::gen::arbitrary<T>();
}

// Small and huge numbers; RapidCheck's own stay near its size.
std::uint64_t any_number() {
  return *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 300),
                         rc::gen::inRange<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max()));
}

std::uint32_t any_u32() { return static_cast<std::uint32_t>(any_number()); }
Timestamp any_time() { return {static_cast<std::int64_t>(any_number())}; }
UserId any_user() { return {any<std::string>()}; }

template <class Enum>
Enum any_enum(int last) {
  return static_cast<Enum>(*rc::gen::inRange(1, last + 1));
}

std::array<std::uint8_t, 16> any_sixteen() { return any<std::array<std::uint8_t, 16>>(); }

template <class Make>
auto maybe(Make make) {
  using Value = decltype(make());
  return any<bool>() ? std::optional<Value>(make()) : std::nullopt;
}

template <class Make>
auto several(Make make) {
  std::vector<decltype(make())> items;
  for (int left = *rc::gen::inRange(0, 5); left > 0; --left) items.push_back(make());
  return items;
}

MemberEntry any_member() { return {any_user(), any_enum<Role>(4)}; }

Settings any_settings() {
  Settings settings;
  settings.history = any_enum<History>(2);
  settings.edit_history = any<bool>();
  settings.delete_window_s = maybe(any_u32);
  settings.edit_window_s = any_u32();
  settings.who_may_post = any_enum<WhoMayPost>(2);
  settings.slow_mode_s = any_u32();
  settings.retention_s = any_u32();
  return settings;
}

ConversationContent any_conversation_content() { return {any<std::string>(), any<std::string>()}; }

Mention any_mention() { return {any_user(), any_u32(), any_u32(), any<bool>()}; }

Attachment any_attachment() { return {FileId{any_sixteen()}, any<std::string>(), any<std::string>(), any_number()}; }

MessageContent any_message_content() {
  return {any<std::string>(), any<std::string>(), several(any_mention), several(any_attachment)};
}

MessageFacts any_message_facts() {
  MessageFacts facts;
  facts.conversation = {any_sixteen()};
  facts.message = {any_sixteen()};
  facts.ordinal = {any_number()};
  facts.author = any_user();
  facts.sender_type = any<std::string>();
  facts.type = any_enum<MessageType>(8);
  facts.reply_to = maybe([] { return MessageId{any_sixteen()}; });
  facts.reply_to_ordinal = {any_number()};
  facts.created_at = any_time();
  facts.sent_at = any_time();
  facts.forwarded_from = maybe([] {
    return ForwardedFrom{
        {any_sixteen()}, {any<bool>() ? any_sixteen() : std::array<std::uint8_t, 16>{}}, any_user(), any_time()};
  });
  return facts;
}

void fill(ConversationCreated& event) {
  event = {{any_sixteen()}, any_enum<ConversationType>(3),  any_user(), any<std::string>(), several(any_member),
           any_settings(),  maybe(any_conversation_content)};
}
void fill(ConversationUpdated& event) { event = {{any_sixteen()}, any_settings(), maybe(any_conversation_content)}; }
void fill(ConversationClosed& event) { event = {{any_sixteen()}}; }
void fill(MemberAdded& event) { event = {{any_sixteen()}, several(any_member), {any_number()}}; }
void fill(MemberRemoved& event) { event = {{any_sixteen()}, any_user()}; }
void fill(MemberRoleChanged& event) { event = {{any_sixteen()}, any_user(), any_enum<Role>(4)}; }
void fill(MessageSent& event) {
  event = {any_message_facts(), maybe(any_message_content), several([] { return FileId{any_sixteen()}; }), any<bool>()};
}
void fill(MessageEdited& event) { event = {any_message_facts(), maybe(any_message_content)}; }
void fill(MessageDeleted& event) { event = {any_message_facts()}; }
void fill(MessageExpired& event) { event = {any_message_facts()}; }
std::optional<ReactionContent> any_reaction() {
  return maybe([] { return ReactionContent{any<std::string>()}; });
}
void fill(ReactionAdded& event) {
  event = {{any_sixteen()}, {any_sixteen()}, {any_number()}, any_user(), any_reaction()};
}
void fill(ReactionRemoved& event) {
  event = {{any_sixteen()}, {any_sixteen()}, {any_number()}, any_user(), any_reaction()};
}
void fill(ProfileUpdated& event) {
  event = {any_user(),
           maybe([] { return ProfileContent{any<std::string>(), any<std::string>(), any<std::string>()}; })};
}
void fill(UserBlocked& event) { event = {any_user(), any_user()}; }
void fill(UserUnblocked& event) { event = {any_user(), any_user()}; }
void fill(UserSeen& event) { event = {any_user(), any_time()}; }
void fill(NotificationDue& event) { event = {{any_sixteen()}, {any_sixteen()}, {any_number()}, any_user()}; }
void fill(SendScheduled& event) { event = {any_message_facts(), any_time(), maybe(any_message_content)}; }
void fill(ScheduleCancelled& event) { event = {{any_sixteen()}, {any_sixteen()}, any_user(), any<std::string>()}; }
base::Digest any_digest() {
  base::Digest digest{};
  for (auto& byte : digest) byte = any<std::uint8_t>();
  return digest;
}
void fill(FileUploaded& event) {
  event = {any_user(), {any_sixteen()}, any_digest(), any_number(), maybe([] {
             return FileContent{any<std::string>(), any<std::string>()};
           })};
}
void fill(FileCollected& event) { event = {any_user(), {any_sixteen()}}; }
void fill(ReadAdvanced& event) { event = {{any_sixteen()}, any_user(), {any_number()}}; }
void fill(DeliveredAdvanced& event) { event = {{any_sixteen()}, any_user(), {any_number()}}; }
void fill(UnreadMarked& event) { event = {{any_sixteen()}, any_user(), {any_number()}}; }
void fill(ConversationFlagged& event) { event = {{any_sixteen()}, any_user(), any<bool>(), any<bool>(), any<bool>()}; }
ErasureScope any_erasure_scope() {
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      return MessageId{any_sixteen()};
    case 1:
      return any_user();
    default:
      return ConversationId{any_sixteen()};
  }
}
HoldScope any_hold_scope() { return any<bool>() ? HoldScope(any_user()) : HoldScope(ConversationId{any_sixteen()}); }
std::optional<ReasonContent> any_reason() {
  return maybe([] { return ReasonContent{any<std::string>()}; });
}
void fill(MessageErased& event) { event = {any_message_facts(), {any_sixteen()}}; }
void fill(ConversationErased& event) { event = {{any_sixteen()}, {any_sixteen()}}; }
void fill(UserErased& event) { event = {any_user(), {any_sixteen()}}; }
void fill(ErasureRequested& event) { event = {{any_sixteen()}, any_erasure_scope(), any_reason()}; }
void fill(ErasureCompleted& event) { event = {{any_sixteen()}, any_number(), any_number(), {any_number()}}; }
void fill(HoldPlaced& event) { event = {{any_sixteen()}, any_hold_scope(), any_reason()}; }
void fill(HoldReleased& event) { event = {{any_sixteen()}, any_hold_scope(), any_reason()}; }
void fill(HoldConflict& event) {
  event = {{any_sixteen()},
           maybe([] { return ErasureId{any_sixteen()}; }),
           maybe(any_erasure_scope),
           maybe([] { return ConversationId{any_sixteen()}; }),
           maybe([] { return MessageId{any_sixteen()}; })};
}
void fill(AuditRead& event) {
  event = {any_user(),
           any<std::string>(),
           maybe([] { return ConversationId{any_sixteen()}; }),
           maybe([] { return MessageId{any_sixteen()}; }),
           any_user(),
           maybe([] { return QueryContent{any<std::string>()}; })};
}
void fill(LossAccepted& event) { event = {{any_number()}, any_u32()}; }

template <std::size_t I = 0>
EventBody body_of_kind(std::size_t kind) {
  if constexpr (I + 1 < std::variant_size_v<EventBody>) {
    if (kind != I) return body_of_kind<I + 1>(kind);
  }
  std::variant_alternative_t<I, EventBody> event;
  fill(event);
  return event;
}

}  // namespace

rc::Gen<Sample> random_sample() {
  return rc::gen::exec([] {
    Sample sample;
    RecordedEvent& event = sample.event;
    event.body = body_of_kind(*rc::gen::inRange<std::size_t>(0, std::variant_size_v<EventBody>));
    event.raw_type = static_cast<std::uint16_t>(type_of(*event.body));
    event.position = {any_number()};
    event.stream = {any_sixteen()};
    event.version = {any_number()};
    event.time = any_time();
    event.actor = any_user();
    event.command = any_sixteen();
    event.fingerprint = any_sixteen();
    sample.partition = any<std::uint16_t>();
    sample.actor_hash = any_sixteen();
    sample.facts_salt = any_sixteen();
    sample.content_salt = any_sixteen();
    return sample;
  });
}

}  // namespace hansard::codec::testing

#include "tests/codec/samples.h"

#include "engine/base/check.h"

namespace hansard::codec::testing {

namespace {

using namespace domain;

// sixteen(0x40) is 40 41 42 … 4f.
std::array<std::uint8_t, 16> sixteen(std::uint8_t first) {
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

const ConversationId kConversation{sixteen(0x10)};
const MessageId kMessage{sixteen(0x20)};
const MessageId kEarlierMessage{sixteen(0x30)};
const FileId kFile{sixteen(0x40)};
const UserId kAda{"ada"};
const UserId kBob{"bob"};
const UserId kService{"import-service"};

MessageFacts message_facts() {
  MessageFacts facts;
  facts.conversation = kConversation;
  facts.message = kMessage;
  facts.ordinal = {7};
  facts.author = kAda;
  facts.created_at = {1'700'000'000'123};
  facts.sent_at = {1'700'000'000'123};
  return facts;
}

MessageFacts full_message_facts() {
  MessageFacts facts = message_facts();
  facts.sender_type = "driver";
  facts.type = MessageType::image;
  facts.reply_to = kEarlierMessage;
  facts.reply_to_ordinal = {3};
  facts.created_at = {1'103'966'040'000};  // an import's origin_time
  return facts;
}

MessageContent full_message_content() {
  MessageContent content;
  content.text = "Grüße @bob, 🚕 in 5 min";
  content.metadata = R"({"lat":48.2})";
  content.mentions = {{kBob, 6, 4, true}, {UserId{"zoë"}, 0, 5, false}};
  content.attachments = {{kFile, "image/png", "taxi.png", 123'456'789'012}};
  return content;
}

Settings full_settings() {
  Settings settings;
  settings.history = History::from_join;
  settings.edit_history = true;
  settings.delete_window_s = 0;
  settings.edit_window_s = 60;
  settings.who_may_post = WhoMayPost::admins;
  settings.slow_mode_s = 5;
  settings.retention_s = 86'400;
  return settings;
}

Sample place(std::string name, EventBody body, UserId actor = kAda) {
  Sample sample;
  sample.name = std::move(name);
  RecordedEvent& event = sample.event;
  event.position = {0x0102030405060708};
  event.stream = stream_of(body);
  event.version = {0x1112};
  event.time = {1'700'000'000'123};
  event.actor = std::move(actor);
  event.command = sixteen(0x50);
  event.fingerprint = sixteen(0x60);
  event.raw_type = static_cast<std::uint16_t>(type_of(body));
  event.body = std::move(body);
  sample.partition = 0x0203;
  sample.actor_hash = sixteen(0x70);
  sample.facts_salt = sixteen(0x80);
  sample.content_salt = sixteen(0x90);
  return sample;
}

void add_conversations(std::vector<Sample>& all) {
  ConversationCreated created{kConversation,
                              ConversationType::ride,
                              kAda,
                              "trip-42",
                              {{kAda, Role::owner}, {kBob, Role::read_only}},
                              full_settings(),
                              ConversationContent{"Fahrt nach Wien", R"({"seats":3})"}};
  all.push_back(place("conversation_created", created));
  ConversationCreated plain{
      kConversation,        ConversationType::direct, kAda, "", {{kAda, Role::owner}, {kBob, Role::member}}, {},
      ConversationContent{}};
  all.push_back(place("conversation_created_plain", plain));
  all.push_back(place("conversation_updated",
                      ConversationUpdated{kConversation, full_settings(), ConversationContent{"Neu", "{}"}}));
  all.push_back(place("conversation_closed", ConversationClosed{kConversation}));
}

void add_members(std::vector<Sample>& all) {
  MemberAdded added{kConversation, {{kBob, Role::admin}, {UserId{"zoë"}, Role::member}}, {41}};
  all.push_back(place("member_added", added));
  all.push_back(place("member_removed", MemberRemoved{kConversation, kBob}));
  all.push_back(place("member_left", MemberRemoved{kConversation, kAda}));
  all.push_back(place("member_role_changed", MemberRoleChanged{kConversation, kBob, Role::read_only}));
}

void add_messages(std::vector<Sample>& all) {
  MessageContent hello;
  hello.text = "hello";
  all.push_back(place("message_sent", MessageSent{message_facts(), hello}));
  all.push_back(place("message_sent_full", MessageSent{full_message_facts(), full_message_content()}, kService));
  all.push_back(place("message_sent_empty", MessageSent{message_facts(), MessageContent{}}));
  all.push_back(place("message_edited", MessageEdited{full_message_facts(), full_message_content()}));
  all.push_back(place("message_deleted", MessageDeleted{full_message_facts()}, kBob));
}

MessageFacts forwarded_facts() {
  MessageFacts facts = message_facts();
  facts.forwarded_from = ForwardedFrom{kEarlierMessage, ConversationId{sixteen(0xa0)}, kBob, {1'699'999'999'000}};
  return facts;
}

void add_shared(std::vector<Sample>& all) {
  MessageFacts from_direct = forwarded_facts();
  from_direct.forwarded_from->conversation = {};
  MessageContent picture;
  picture.attachments = {{kFile, "image/png", "taxi.png", 5}};
  all.push_back(place("message_sent_forwarded", MessageSent{forwarded_facts(), picture, {kFile}}));
  all.push_back(place("message_sent_from_direct", MessageSent{from_direct, MessageContent{}}));
  all.push_back(place("message_sent_scheduled", MessageSent{message_facts(), MessageContent{}, {}, true}));
  all.push_back(place("message_expired", MessageExpired{forwarded_facts()}, UserId{}));
  const ReactionContent taxi{"🚕"};
  all.push_back(place("reaction_added", ReactionAdded{kConversation, kMessage, {7}, kBob, taxi}, kBob));
  all.push_back(place("reaction_removed", ReactionRemoved{kConversation, kMessage, {7}, kAda, taxi}));
}

void add_people(std::vector<Sample>& all) {
  const ProfileContent profile{"Ada Lovelace", "https://example.org/ada.png", R"({"team":"engine"})"};
  all.push_back(place("profile_updated", ProfileUpdated{kAda, profile}, kService));
  all.push_back(place("user_blocked", UserBlocked{kAda, kBob}));
  all.push_back(place("user_unblocked", UserUnblocked{kAda, kBob}));
  all.push_back(place("user_seen", UserSeen{kAda, {1'700'000'000'001}}));
  all.push_back(place("notification_due", NotificationDue{kConversation, kMessage, {7}, kBob}, kBob));
  MessageFacts draft = full_message_facts();
  draft.ordinal = {};
  all.push_back(place("send_scheduled", SendScheduled{draft, {1'700'000'600'000}, full_message_content()}));
  all.push_back(place("schedule_cancelled", ScheduleCancelled{kConversation, kMessage, kAda, ""}));
  all.push_back(place("schedule_refused", ScheduleCancelled{kConversation, kMessage, kAda, "You may only read here."}));
  base::Digest sha256{};
  for (std::size_t i = 0; i < sha256.size(); ++i) sha256[i] = static_cast<std::uint8_t>(0xc0 + i);
  all.push_back(
      place("file_uploaded", FileUploaded{kAda, kFile, sha256, 123'456, FileContent{"taxi.png", "image/png"}}));
  all.push_back(place("file_collected", FileCollected{kAda, kFile}));
}

void add_erasures(std::vector<Sample>& all) {
  const ErasureId erasure{sixteen(0xb0)};
  const HoldId hold{sixteen(0xd0)};
  all.push_back(place("message_erased", MessageErased{full_message_facts(), erasure}, UserId{}));
  all.push_back(place("conversation_erased", ConversationErased{kConversation, erasure}, UserId{}));
  all.push_back(place("user_erased", UserErased{kAda, erasure}, UserId{}));
  const ReasonContent asked{"Ada asked for it: case 7"};
  all.push_back(place("erasure_requested_message", ErasureRequested{erasure, kMessage, asked}, kBob));
  all.push_back(place("erasure_requested_user", ErasureRequested{erasure, kAda, asked}, kBob));
  all.push_back(place("erasure_requested_conversation", ErasureRequested{erasure, kConversation, ReasonContent{}}));
  all.push_back(place("erasure_completed", ErasureCompleted{erasure, 3, 7, {1'000'000}}, UserId{}));
  all.push_back(place("hold_placed", HoldPlaced{hold, kConversation, ReasonContent{"case 8"}}));
  all.push_back(place("hold_placed_user", HoldPlaced{hold, kBob, ReasonContent{"case 9"}}));
  all.push_back(place("hold_released", HoldReleased{hold, kConversation, ReasonContent{}}));
  all.push_back(place("hold_conflict_retention", HoldConflict{hold, {}, {}, kConversation, kMessage}, UserId{}));
  all.push_back(place("hold_conflict_erasure", HoldConflict{hold, erasure, ErasureScope{kBob}, {}, {}}));
  AuditRead read{kAda, "history.as_of", kConversation, kMessage, kBob, QueryContent{"as_of=1-7&limit=50"}};
  all.push_back(place("audit_read", read));
  all.push_back(place("audit_read_plain", AuditRead{kAda, "audit.query", {}, {}, {}, QueryContent{}}));
}

void add_readers(std::vector<Sample>& all) {
  all.push_back(place("read_advanced", ReadAdvanced{kConversation, kAda, {7}}));
  all.push_back(place("delivered_advanced", DeliveredAdvanced{kConversation, kAda, {6}}));
  all.push_back(place("unread_marked", UnreadMarked{kConversation, kAda, {5}}));
  all.push_back(place("conversation_flagged", ConversationFlagged{kConversation, kAda, true, false, true}));
}

}  // namespace

std::vector<Sample> samples() {
  std::vector<Sample> all;
  add_conversations(all);
  add_members(all);
  add_messages(all);
  add_readers(all);
  add_shared(all);
  add_people(all);
  add_erasures(all);
  all.push_back(place("loss_accepted", LossAccepted{{1'000'000}, 2}, UserId{}));
  return all;
}

Sample sample(std::string_view name) {
  for (Sample& one : samples()) {
    if (one.name == name) return one;
  }
  base::check_failed(__FILE__, __LINE__, "a sample of that name", std::string(name));
}

std::string encoded(const Sample& sample) {
  std::string record;
  encode({sample.event, sample.partition, sample.actor_hash, sample.facts_salt, sample.content_salt}, record);
  return record;
}

}  // namespace hansard::codec::testing

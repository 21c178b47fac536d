#include "api/render.h"

#include <string>

#include <catch2/catch.hpp>

#include "api/json.h"

namespace hansard::api {
namespace {

using base::ConversationId;
using base::id_from_bytes;
using base::MessageId;
using base::Timestamp;
using base::UserId;
using domain::EventType;
using domain::RecordedEvent;
using projections::MessageView;

constexpr std::uint32_t kEpoch = 1;
constexpr Timestamp kTime{1'103'966'040'000};  // 2004-12-25T09:14:00Z

const ConversationId kConversation = id_from_bytes<ConversationId>("conversation-001");
const MessageId kMessage = id_from_bytes<MessageId>("message--------1");
constexpr std::string_view kConversationText = "636f6e76-6572-7361-7469-6f6e2d303031";
constexpr std::string_view kMessageText = "6d657373-6167-652d-2d2d-2d2d2d2d2d31";

domain::MessageFacts facts() {
  domain::MessageFacts f;
  f.conversation = kConversation;
  f.message = kMessage;
  f.ordinal = {7};
  f.author = UserId{"ann"};
  f.created_at = kTime;
  f.sent_at = kTime;
  return f;
}

MessageView message() {
  MessageView view;
  view.facts = facts();
  view.version = {9};
  view.position = {42};
  view.content = domain::MessageContent{"hi \"bob\"", R"({"a":1})", {{UserId{"bob"}, 3, 5, true}}, {}};
  return view;
}

RecordedEvent event(domain::EventBody body) {
  RecordedEvent e;
  e.position = {42};
  e.version = {9};
  e.time = kTime;
  e.actor = UserId{"ann"};
  e.raw_type = static_cast<std::uint16_t>(domain::EventType::message_sent);
  e.body = std::move(body);
  return e;
}

std::string text_of(const MessageView& view) {
  std::string out;
  append_message(out, view, kEpoch);
  return out;
}

// Parses a frame, so that a test may ask for members and a frame that is not JSON fails.
struct Frame {
  explicit Frame(std::string frame_text) : text(std::move(frame_text)), root(parser.parse(text).value()) {}
  JsonValue data(std::string_view key) const { return root.member("data").member(key); }
  JsonParser parser;
  std::string text;
  JsonValue root;
};

std::string frame_text(domain::EventBody body) { return event_frame(event(std::move(body)), kEpoch).value(); }

TEST_CASE("a message has every member of the contract") {
  std::string expected = std::string(R"({"id":")") + std::string(kMessageText) + R"(","conversation_id":")" +
                         std::string(kConversationText) +
                         R"(","ordinal":7,"version":9,"position":"0010000000000042","sender_id":"ann",)"
                         R"("sender_type":null,"type":"text","content":"hi \"bob\"","metadata":{"a":1},)"
                         R"("mentions":[{"user_id":"bob","offset":3,"length":5}],"attachments":[],"reply_to":null,)"
                         R"("thread_count":0,"reactions":[],"forwarded_from":null,)"
                         R"("created_at":"2004-12-25T09:14:00.000Z","edited_at":null,"deleted_at":null,)"
                         R"("expired":false,"erased":false})";
  CHECK(text_of(message()) == expected);
}

TEST_CASE("a deleted message is listed without anything of its content") {
  MessageView view = message();
  view.content.reset();
  view.deleted_at = kTime;
  std::string text = text_of(view);
  CHECK(text.find(R"("content":null,"metadata":null,"mentions":[],"attachments":[])") != std::string::npos);
  CHECK(text.find(R"("deleted_at":"2004-12-25T09:14:00.000Z")") != std::string::npos);
  CHECK(text.find("bob") == std::string::npos);
}

TEST_CASE("a message made from its event is the message the view shows") {
  MessageView view = message();
  CHECK(text_of(message_of(event(domain::MessageSent{view.facts, view.content}))) == text_of(view));
  view.edited_at = kTime;
  CHECK(text_of(message_of(event(domain::MessageEdited{view.facts, view.content}))) == text_of(view));
}

TEST_CASE("a sent message is pushed with its place and its cursor") {
  Frame frame(frame_text(domain::MessageSent{facts(), message().content}));
  CHECK(frame.root.member("type").string() == "message.new");
  CHECK(frame.root.member("position").string() == "0010000000000042");
  CHECK(frame.root.member("cursor").string() == "0010000000000042");
  CHECK(frame.root.member("conversation_id").string() == kConversationText);
  CHECK(frame.root.member("version").integer() == 9);
  CHECK(frame.data("message").member("content").string() == "hi \"bob\"");
  CHECK(frame.data("message").minified() == text_of(message()));
}

TEST_CASE("edits and deletions are pushed") {
  Frame edited(frame_text(domain::MessageEdited{facts(), message().content}));
  CHECK(edited.root.member("type").string() == "message.edited");
  CHECK(edited.data("message").member("edited_at").string() == "2004-12-25T09:14:00.000Z");
  Frame deleted(frame_text(domain::MessageDeleted{facts()}));
  CHECK(deleted.root.member("type").string() == "message.deleted");
  CHECK(deleted.data("message_id").string() == kMessageText);
  CHECK(deleted.data("ordinal").integer() == 7);
}

TEST_CASE("a created conversation is pushed with its members") {
  domain::ConversationCreated body;
  body.conversation = kConversation;
  body.created_by = UserId{"ann"};
  body.members = {{UserId{"ann"}, domain::Role::owner}, {UserId{"bob"}, domain::Role::member}};
  body.content = domain::ConversationContent{"Team", ""};
  Frame frame(frame_text(body));
  CHECK(frame.root.member("type").string() == "conversation.created");
  CHECK(frame.data("conversation").member("title").string() == "Team");
  CHECK(frame.data("conversation").member("member_count").integer() == 2);
  REQUIRE(frame.data("members").items().size() == 2);
  CHECK(frame.data("members").items()[0].member("role").string() == "owner");
}

TEST_CASE("changes of a conversation and its members are pushed") {
  Frame updated(frame_text(domain::ConversationUpdated{kConversation, {}, domain::ConversationContent{"New", ""}}));
  CHECK(updated.root.member("type").string() == "conversation.updated");
  CHECK(updated.data("title").string() == "New");
  CHECK(updated.data("settings").member("delete_window_s").kind() == JsonValue::Kind::null);
  Frame closed(frame_text(domain::ConversationClosed{kConversation}));
  CHECK(closed.data("closed").boolean() == true);
  Frame added(frame_text(domain::MemberAdded{kConversation, {{UserId{"cy"}, domain::Role::admin}}, {3}}));
  CHECK(added.root.member("type").string() == "member.added");
  CHECK(added.data("user_id").string() == "cy");
  CHECK(added.data("members").items().size() == 1);
  Frame role(frame_text(domain::MemberRoleChanged{kConversation, UserId{"cy"}, domain::Role::read_only}));
  CHECK(role.root.member("type").string() == "member.updated");
  CHECK(role.data("role").string() == "read_only");
  Frame removed(frame_text(domain::MemberRemoved{kConversation, UserId{"cy"}}));
  CHECK(removed.data("user_id").string() == "cy");
  CHECK(removed.data("by").string() == "ann");
}

TEST_CASE("events of a user's own stream are no frames for the members") {
  CHECK_FALSE(event_frame(event(domain::ReadAdvanced{kConversation, UserId{"bob"}, {7}}), kEpoch));
  CHECK_FALSE(event_frame(event(domain::ConversationFlagged{kConversation, UserId{"bob"}}), kEpoch));
  RecordedEvent unknown = event(domain::ReadAdvanced{});
  unknown.body.reset();
  CHECK_FALSE(event_frame(unknown, kEpoch));
}

TEST_CASE("receipts name who, how far and when") {
  Frame read(receipt_frame(event(domain::ReadAdvanced{kConversation, UserId{"bob"}, {7}}), kEpoch));
  CHECK(read.root.member("type").string() == "message.read_receipt");
  CHECK(read.root.member("version").kind() == JsonValue::Kind::null);
  CHECK(read.data("user_id").string() == "bob");
  CHECK(read.data("up_to").integer() == 7);
  CHECK(read.data("at").string() == "2004-12-25T09:14:00.000Z");
  Frame delivered(receipt_frame(event(domain::DeliveredAdvanced{kConversation, UserId{"bob"}, {6}}), kEpoch));
  CHECK(delivered.root.member("type").string() == "message.delivered");
}

TEST_CASE("a resuming session gets a message as it is now") {
  MessageView now = message();
  now.content.reset();
  now.deleted_at = kTime;
  Frame sent(message_frame(EventType::message_sent, {40}, {8}, now, kEpoch));
  CHECK(sent.root.member("type").string() == "message.new");
  CHECK(sent.root.member("version").integer() == 8);
  CHECK(sent.data("message").member("content").kind() == JsonValue::Kind::null);
}

TEST_CASE("a message shows who reacted how often, and whether the reader did") {
  MessageView view = message();
  view.reactions = {{"\U0001F44D", 2, true}, {"\"", 1, false}};
  CHECK_THAT(text_of(view), Catch::Contains("\"reactions\":[{\"emoji\":\"\U0001F44D\",\"count\":2,\"me\":true},"
                                            "{\"emoji\":\"\\\"\",\"count\":1,\"me\":false}]"));
}

TEST_CASE("a forwarded message names where it comes from, but no direct conversation") {
  MessageView view = message();
  view.facts.forwarded_from = domain::ForwardedFrom{kMessage, kConversation, UserId{"cy"}, kTime};
  Frame named(frame_text(domain::MessageSent{view.facts, view.content}));
  auto from = named.data("message").member("forwarded_from");
  CHECK(from.member("message_id").string() == kMessageText);
  CHECK(from.member("conversation_id").string() == kConversationText);
  CHECK(from.member("sender_id").string() == "cy");
  CHECK(from.member("created_at").string() == "2004-12-25T09:14:00.000Z");
  view.facts.forwarded_from->conversation = {};
  Frame unnamed(frame_text(domain::MessageSent{view.facts, view.content}));
  CHECK(unnamed.data("message").member("forwarded_from").member("conversation_id").kind() == JsonValue::Kind::null);
}

TEST_CASE("a message names its author where a read asks for it") {
  const Sender nobody;
  const Sender known = projections::ProfileView{"Ann", "", "", kTime};
  std::string out;
  append_message(out, message(), kEpoch, &nobody);
  CHECK_THAT(out, Catch::Contains(R"("sender":null)"));
  append_message(out, message(), kEpoch, &known);
  CHECK_THAT(out, Catch::Contains(R"("sender":{"display_name":"Ann","avatar":null})"));
  CHECK(text_of(message()).find("\"sender\"") == std::string::npos);
}

TEST_CASE("an expired message is pushed as gone, with the reason, and listed like a deleted one") {
  Frame frame(frame_text(domain::MessageExpired{facts()}));
  CHECK(frame.root.member("type").string() == "message.deleted");
  CHECK(frame.data("message_id").string() == kMessageText);
  CHECK(frame.data("reason").string() == "expired");
  MessageView view = message_of(event(domain::MessageExpired{facts()}));
  CHECK(view.expired);
  CHECK_THAT(text_of(view), Catch::Contains(R"("expired":true)"));
  CHECK_THAT(text_of(view), Catch::Contains(R"("content":null)"));
}

TEST_CASE("reactions are pushed with who and what, one without an emoji takes back all of them") {
  domain::ReactionAdded added{kConversation, kMessage, {7}, UserId{"bob"}, domain::ReactionContent{"+"}};
  Frame frame(frame_text(added));
  CHECK(frame.root.member("type").string() == "reaction.added");
  CHECK(frame.data("message_id").string() == kMessageText);
  CHECK(frame.data("user_id").string() == "bob");
  CHECK(frame.data("emoji").string() == "+");
  domain::ReactionRemoved removed{kConversation, kMessage, {7}, UserId{"bob"}, std::nullopt};
  Frame withdrawn(frame_text(removed));
  CHECK(withdrawn.root.member("type").string() == "reaction.removed");
  CHECK(withdrawn.data("user_id").string() == "bob");
  added.content.reset();
  CHECK_FALSE(event_frame(event(added), kEpoch));
}

TEST_CASE("an edit says nothing of replies and reactions, live and on resume") {
  MessageView now = message();
  now.reactions = {{"+", 1, true}};
  Frame live(frame_text(domain::MessageEdited{facts(), message().content}));
  Frame resumed(message_frame(EventType::message_edited, {40}, {8}, now, kEpoch));
  for (const auto* frame : {&live, &resumed}) {
    CHECK(frame->data("message").member("reactions").kind() == JsonValue::Kind::missing);
    CHECK(frame->data("message").member("thread_count").kind() == JsonValue::Kind::missing);
  }
  Frame sent(message_frame(EventType::message_sent, {40}, {8}, now, kEpoch));
  CHECK(sent.data("message").member("reactions").items().empty());
}

TEST_CASE("what belongs to one person alone is a frame for nobody") {
  domain::SendScheduled waiting{facts(), kTime, message().content};
  CHECK_FALSE(event_frame(event(waiting), kEpoch));
  CHECK_FALSE(event_frame(event(domain::ScheduleCancelled{kConversation, kMessage, UserId{"ann"}, "no"}), kEpoch));
  CHECK_FALSE(event_frame(event(domain::NotificationDue{kConversation, kMessage, {7}, UserId{"bob"}}), kEpoch));
  CHECK_FALSE(event_frame(event(domain::ProfileUpdated{UserId{"ann"}, domain::ProfileContent{}}), kEpoch));
  CHECK_FALSE(event_frame(event(domain::UserBlocked{UserId{"ann"}, UserId{"bob"}}), kEpoch));
  CHECK_FALSE(event_frame(event(domain::FileUploaded{UserId{"ann"}, {}, {}, 1, std::nullopt}), kEpoch));
}

TEST_CASE("counts and typing are JSON") {
  projections::ReaderView reader;
  reader.read_up_to = {3};
  Frame unread(unread_changed_frame({42}, kConversation, {5, 1}, reader, kEpoch));
  CHECK(unread.data("unread").integer() == 5);
  CHECK(unread.data("mentions_unread").integer() == 1);
  Frame typing(typing_frame(kConversation, UserId{"bob"}, true));
  CHECK(typing.data("is_typing").boolean() == true);
}

}  // namespace
}  // namespace hansard::api

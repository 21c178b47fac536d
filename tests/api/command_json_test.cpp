#include "api/command_json.h"

#include <string>

#include <catch2/catch.hpp>

#include "api/frames.h"

namespace hansard::api {
namespace {

using base::ConversationId;
using base::MessageId;
using base::UserId;
using domain::Command;

constexpr const char* kConversationText = "0190a0b0-0000-7000-8000-000000000001";
constexpr const char* kMessageText = "0190a0b0-0000-7000-8000-000000000002";
const ConversationId kConversation = *base::parse_id<ConversationId>(kConversationText);
const MessageId kMessage = *base::parse_id<MessageId>(kMessageText);

// Bodies and frames of one caller, as text.
struct Desk {
  domain::Caller caller{UserId{"ann"}, UserId{"ann"}};
  Limits limits;
  base::UuidSource uuids{base::system_clock()};
  JsonParser parser;
  std::string id_json;

  CommandInput input() { return {caller, limits, uuids}; }
  JsonValue json(const std::string& text) { return parser.parse(text).value(); }
  Answered<Command> create(const std::string& body) { return create_conversation_of(json(body), input()); }
  Answered<Command> update(const std::string& body) {
    return update_conversation_of(kConversation, json(body), std::nullopt, limits);
  }
  Answered<Command> send(const std::string& body) { return send_message_of(kConversation, json(body), input()); }
  Answered<Command> edit(const std::string& body) {
    return edit_message_of(kMessage, json(body), base::Version{3}, limits);
  }
  Answered<ClientFrame> frame(const std::string& text) { return parse_frame(parser, text, limits, id_json); }
  Answered<Command> command(const std::string& text) {
    auto parsed = frame(text);
    REQUIRE(parsed);
    auto made = command_of_frame(parsed.value(), caller, limits, uuids);
    REQUIRE(made);
    return *made;
  }
};

template <class C>
C of(const Answered<Command>& answer) {
  if (!answer) FAIL(answer.error().detail);
  return std::get<C>(answer.value());
}

void refused(const Answered<Command>& answer, int status, const std::string& detail_part) {
  REQUIRE_FALSE(answer);
  CHECK(answer.error().status == status);
  CHECK_THAT(answer.error().detail, Catch::Contains(detail_part));
}

TEST_CASE("a send with all its members becomes a command") {
  Desk desk;
  auto send =
      of<domain::SendMessage>(desk.send(std::string(R"({"content":"hi bob","type":"image","sender_type":"rider",
      "metadata":{ "a": [1, 2] },"mentions":[{"user_id":"bob","offset":3,"length":3}],"reply_to":")") +
                                        kMessageText + R"(","attachments":[],"send_at":null,"unknown":{"x":1}})"));
  CHECK(send.conversation == kConversation);
  CHECK(send.content.text == "hi bob");
  CHECK(send.type == domain::MessageType::image);
  CHECK(send.sender_type == "rider");
  CHECK(send.content.metadata == R"({"a":[1,2]})");
  REQUIRE(send.content.mentions.size() == 1);
  CHECK(send.content.mentions[0].user.value == "bob");
  CHECK(send.content.mentions[0].offset == 3);
  CHECK(send.reply_to == kMessage);
  CHECK_FALSE(send.client_made);
  CHECK_FALSE(send.id.is_nil());
}

TEST_CASE("a client-made id is kept") {
  Desk desk;
  auto send = of<domain::SendMessage>(desk.send(std::string(R"({"content":"x","id":")") + kMessageText + "\"}"));
  CHECK(send.client_made);
  CHECK(send.id == kMessage);
}

TEST_CASE("control characters of content are kept") {
  Desk desk;
  CHECK(of<domain::SendMessage>(desk.send(R"({"content":"a\u0000\u0001\u001bz"})")).content.text ==
        std::string("a\0\x01\x1bz", 5));
}

TEST_CASE("wrong types are malformed and named") {
  Desk desk;
  refused(desk.send("[]"), 400, "not a JSON object");
  refused(desk.send(R"({"content":5})"), 400, "`content`");
  refused(desk.send(R"({"content":"x","type":"telepathy"})"), 400, "`type`");
  refused(desk.send(R"({"content":"x","metadata":"text"})"), 400, "`metadata`");
  refused(desk.send(R"({"content":"x","mentions":{}})"), 400, "`mentions`");
  refused(desk.send(R"({"content":"x","mentions":[{"user_id":"b","offset":-1,"length":1}]})"), 400, "`offset`");
  refused(desk.send(R"({"content":"x","mentions":[{"user_id":"b","offset":1.5,"length":1}]})"), 400, "`offset`");
  refused(desk.send(R"({"content":"x","mentions":[{"offset":1,"length":1}]})"), 400, "`user_id`");
  refused(desk.send(R"({"content":"x","reply_to":"17"})"), 400, "`reply_to`");
  refused(desk.send(R"({"content":"x","id":"00000000-0000-0000-0000-000000000000"})"), 400, "`id`");
  refused(desk.send(R"({"content":"x","quiet":1})"), 400, "`quiet`");
}

TEST_CASE("sizes beyond a limit are refused") {
  Desk desk;
  std::string filler(desk.limits.metadata_bytes_max, 'x');
  refused(desk.send(R"({"content":"x","metadata":{"a":")" + filler + "\"}}"), 422, "`metadata`");
  refused(desk.send(R"({"content":"x","sender_type":")" + std::string(51, 'x') + "\"}"), 422, "`sender_type`");
  std::string mentions = R"({"user_id":"b","offset":0,"length":1})";
  for (int i = 0; i < 9; ++i) mentions += "," + mentions;
  refused(desk.send(R"({"content":"x","mentions":[)" + mentions + "]}"), 422, "`mentions`");
}

TEST_CASE("attachments are named by their file alone") {
  Desk desk;
  refused(desk.send(R"({"attachments":[{"file_id":"f"}]})"), 400, "`file_id`");
  refused(desk.send(R"({"attachments":[{"id":"0190a6e4-0000-7000-8000-000000000001"}]})"), 400, "`file_id`");
  refused(desk.send(R"({"attachments":["0190a6e4-0000-7000-8000-000000000001"]})"), 400, "`attachments`");
  refused(desk.send(R"({"attachments":"f"})"), 400, "`attachments`");
  auto sent = desk.send(R"({"attachments":[{"file_id":"0190a6e4-0000-7000-8000-000000000001","name":"x"}]})");
  REQUIRE(sent);
  const auto& attachments = std::get<domain::SendMessage>(sent.value()).content.attachments;
  REQUIRE(attachments.size() == 1);
  CHECK(base::to_text(attachments[0].file) == "0190a6e4-0000-7000-8000-000000000001");
  CHECK(attachments[0].name.empty());
}

TEST_CASE("send_at is a time") {
  Desk desk;
  auto later = of<domain::SendMessage>(desk.send(R"({"content":"x","send_at":"2030-01-01T00:00:00Z"})"));
  CHECK(later.send_at == base::Timestamp{1'893'456'000'000});
  refused(desk.send(R"({"content":"x","send_at":"tomorrow"})"), 400, "`send_at`");
  CHECK_FALSE(of<domain::SendMessage>(desk.send(R"({"content":"x","send_at":null})")).send_at);
}

TEST_CASE("a forward names where to, and its id where the client makes one") {
  Desk desk;
  auto where = std::string(R"({"conversation_id":")") + kConversationText + "\"";
  auto made = of<domain::ForwardMessage>(forward_of(kMessage, desk.json(where + "}"), desk.input()));
  CHECK(made.message == kMessage);
  CHECK(made.conversation == kConversation);
  CHECK_FALSE(made.client_made);
  CHECK_FALSE(made.id.is_nil());
  auto own = of<domain::ForwardMessage>(
      forward_of(kMessage, desk.json(where + R"(,"id":")" + kMessageText + "\"}"), desk.input()));
  CHECK(own.client_made);
  CHECK(own.id == kMessage);
  refused(forward_of(kMessage, desk.json("{}"), desk.input()), 400, "`conversation_id`");
}

TEST_CASE("an emoji is whatever people compose, without white space and control characters") {
  for (const char* emoji : {"+1", "\u2764\uFE0F", "\U0001F469\u200D\U0001F469\u200D\U0001F466", "\U0001F1E9\U0001F1EA",
                            ":tada:", "\U0001F44D\U0001F3FD"}) {
    CHECK(of<domain::React>(react_with(kMessage, emoji, true)).emoji == emoji);
  }
  for (const char* bad : {"", " ", "a b", "\t", "\u00A0", "\u3000", "\u0085", "\u2028", "a\n"}) {
    refused(react_with(kMessage, bad, true), 422, "`emoji`");
  }
  CHECK(react_with(kMessage, std::string(64, 'x'), false));
  refused(react_with(kMessage, std::string(65, 'x'), false), 422, "64");
  Desk desk;
  refused(react_of(kMessage, desk.json("{}"), true), 400, "`emoji`");
  refused(react_of(kMessage, desk.json(R"({"emoji":7})"), true), 400, "`emoji`");
}

TEST_CASE("frames react and forward as HTTP does") {
  Desk desk;
  auto data = std::string(R"("data":{"message_id":")") + kMessageText + "\"";
  auto added = of<domain::React>(desk.command(R"({"type":"reaction.add",)" + data + R"(,"emoji":"+"}})"));
  CHECK(added.message == kMessage);
  CHECK(added.add);
  CHECK_FALSE(of<domain::React>(desk.command(R"({"type":"reaction.remove",)" + data + R"(,"emoji":"+"}})")).add);
  auto forward =
      desk.command(R"({"type":"message.forward",)" + data + R"(,"conversation_id":")" + kConversationText + "\"}}");
  CHECK(of<domain::ForwardMessage>(forward).conversation == kConversation);
}

TEST_CASE("a profile is written by a service, and what it leaves out is empty") {
  Desk desk;
  const UserId bob{"bob"};
  refused(put_profile_of(bob, desk.json("{}"), desk.input()), 403, "service");
  desk.caller.service = true;
  auto put = of<domain::PutProfile>(
      put_profile_of(bob, desk.json(R"({"display_name":"Bob","metadata":{"a": 1}})"), desk.input()));
  CHECK(put.user == bob);
  CHECK(put.profile == domain::ProfileContent{"Bob", "", R"({"a":1})"});
  refused(put_profile_of(bob, desk.json(R"({"display_name":7})"), desk.input()), 400, "`display_name`");
  auto long_name = R"({"display_name":")" + std::string(201, 'x') + "\"}";
  refused(put_profile_of(bob, desk.json(long_name), desk.input()), 422, "`display_name`");
  auto long_avatar = R"({"avatar":")" + std::string(2'049, 'x') + "\"}";
  refused(put_profile_of(bob, desk.json(long_avatar), desk.input()), 422, "`avatar`");
}

TEST_CASE("members come and go with a notice, unless a service asks for quiet") {
  Desk desk;
  const UserId bob{"bob"};
  auto add = [&](const std::string& body) { return add_members_of(kConversation, desk.json(body), desk.input()); };
  auto loud = of<domain::AddMembers>(add(R"({"user_id":"bob"})"));
  REQUIRE(loud.notice);
  CHECK(of<domain::AddMembers>(add(R"({"user_id":"bob"})")).notice != loud.notice);
  refused(add(R"({"user_id":"bob","quiet":true})"), 403, "`quiet`");
  refused(remove_member_of(kConversation, bob, true, desk.input()), 403, "`quiet`");
  CHECK(of<domain::RemoveMember>(remove_member_of(kConversation, bob, std::nullopt, desk.input())).notice);
  desk.caller.service = true;
  CHECK_FALSE(of<domain::AddMembers>(add(R"({"user_id":"bob","quiet":true})")).notice);
  CHECK(of<domain::AddMembers>(add(R"({"user_id":"bob","quiet":false})")).notice);
  CHECK_FALSE(of<domain::RemoveMember>(remove_member_of(kConversation, bob, true, desk.input())).notice);
}

TEST_CASE("only a service gives origin_time or quiet") {
  Desk desk;
  refused(desk.send(R"({"content":"x","origin_time":"2004-12-25T09:14:00Z"})"), 403, "`origin_time`");
  refused(desk.send(R"({"content":"x","quiet":true})"), 403, "`quiet`");
  desk.caller.service = true;
  auto send = of<domain::SendMessage>(desk.send(R"({"origin_time":"2004-12-25T09:14:00Z","quiet":true})"));
  CHECK(send.origin_time == base::Timestamp{1'103'966'040'000});
  CHECK(send.quiet);
  refused(desk.send(R"({"origin_time":"yesterday"})"), 400, "`origin_time`");
}

TEST_CASE("an edit keeps metadata unless it is given") {
  Desk desk;
  auto edit = of<domain::EditMessage>(desk.edit(R"({"content":"new"})"));
  CHECK(edit.text == "new");
  CHECK_FALSE(edit.metadata);
  CHECK(edit.if_match == base::Version{3});
  CHECK(of<domain::EditMessage>(desk.edit(R"({"content":"new","metadata":null})")).metadata == "");
  refused(desk.edit(R"({"metadata":{}})"), 400, "`content`");
}

TEST_CASE("a conversation is created with its members") {
  Desk desk;
  auto create = of<domain::CreateConversation>(desk.create(
      R"({"type":"group","title":"Team","members":["bob",{"user_id":"cy"}],"settings":{"history":"from_join",
         "delete_window_s":null,"slow_mode_s":10}})"));
  CHECK(create.title == "Team");
  CHECK(create.members == std::vector<UserId>{UserId{"bob"}, UserId{"cy"}});
  CHECK(create.settings.history == domain::History::from_join);
  CHECK_FALSE(create.settings.delete_window_s);
  CHECK(create.settings.slow_mode_s == 10);
  CHECK_FALSE(create.id.is_nil());
}

TEST_CASE("the id of a direct or external conversation is derived") {
  Desk desk;
  auto direct = of<domain::CreateConversation>(desk.create(R"({"type":"direct","members":["ann","bob"]})"));
  CHECK(direct.id == domain::direct_conversation_id(UserId{"ann"}, UserId{"bob"}));
  auto external = of<domain::CreateConversation>(desk.create(R"({"type":"ride","external_id":"ride-7"})"));
  CHECK(external.id == domain::external_conversation_id(desk.caller, "ride-7"));
  refused(desk.create(std::string(R"({"type":"ride","external_id":"r","id":")") + kMessageText + "\"}"), 422,
          "derived");
}

TEST_CASE("a creation beyond its limits is refused") {
  Desk desk;
  refused(desk.create(R"({"members":[]})"), 400, "`type`");
  refused(desk.create(R"({"type":"group","title":")" + std::string(501, 'x') + "\"}"), 422, "`title`");
  refused(desk.create(R"({"type":"group","external_id":")" + std::string(257, 'x') + "\"}"), 422, "`external_id`");
  refused(desk.create(R"({"type":"group","members":[5]})"), 400, "`members`");
  refused(desk.create(R"({"type":"group","members":["a\u0007b"]})"), 400, "`members`");
  refused(desk.create(R"({"type":"group","settings":{"slow_mode_s":-1}})"), 400, "`slow_mode_s`");
  refused(desk.create(R"({"type":"group","settings":[]})"), 400, "`settings`");
  std::string members = "\"a\"";
  for (int i = 0; i < 10; ++i) members += "," + members;
  refused(desk.create(R"({"type":"group","members":[)" + members + "]}"), 422, "`members`");
}

TEST_CASE("what an update does not name stays, and null empties") {
  Desk desk;
  auto update = of<domain::UpdateConversation>(desk.update(R"({"title":null,"settings":{"edit_history":true}})"));
  CHECK(update.title == "");
  CHECK_FALSE(update.metadata);
  CHECK(update.settings.edit_history == true);
  auto back = of<domain::UpdateConversation>(desk.update(R"({"settings":{"delete_window_s":null}})"));
  CHECK(back.settings.server_delete_window);
  CHECK_FALSE(update.settings.server_delete_window);
}

TEST_CASE("members are added one or many at a time") {
  Desk desk;
  auto many = of<domain::AddMembers>(
      add_members_of(kConversation, desk.json(R"({"members":["bob",{"user_id":"cy","role":"admin"}]})"), desk.input()));
  REQUIRE(many.members.size() == 2);
  CHECK(many.members[1].role == domain::Role::admin);
  auto one = of<domain::AddMembers>(add_members_of(kConversation, desk.json(R"({"user_id":"dee"})"), desk.input()));
  CHECK(one.members[0].user.value == "dee");
  refused(add_members_of(kConversation, desk.json("{}"), desk.input()), 400, "`user_id`");
  refused(change_role_of(kConversation, UserId{"bob"}, desk.json(R"({"role":"king"})")), 400, "`role`");
}

TEST_CASE("pointers take ordinals, a read also a message") {
  Desk desk;
  CHECK(of<domain::Read>(read_of(kConversation, desk.json(R"({"up_to":7})"))).up_to == base::Ordinal{7});
  auto read = of<domain::Read>(read_of(kConversation, desk.json(std::string(R"({"up_to":")") + kMessageText + "\"}")));
  CHECK(read.message == kMessage);
  refused(read_of(kConversation, desk.json(R"({"up_to":-7})")), 400, "`up_to`");
  refused(delivered_of(kConversation, desk.json("{}")), 400, "`up_to`");
  CHECK(of<domain::MarkUnread>(mark_unread_of(kConversation, desk.json(R"({"from":2})"))).from == base::Ordinal{2});
}

TEST_CASE("a frame is a command by the same rules") {
  Desk desk;
  std::string conversation = std::string(R"("conversation_id":")") + kConversationText + '"';
  std::string message = std::string(R"("message_id":")") + kMessageText + '"';
  auto send =
      of<domain::SendMessage>(desk.command(R"({"type":"message.send","data":{"content":"x",)" + conversation + "}}"));
  CHECK(send.conversation == kConversation);
  CHECK(
      of<domain::EditMessage>(desk.command(R"({"type":"message.edit","data":{"content":"y",)" + message + "}}")).text ==
      "y");
  CHECK(of<domain::DeleteMessage>(desk.command(R"({"type":"message.delete","data":{)" + message + "}}")).message ==
        kMessage);
  CHECK(of<domain::Read>(desk.command(R"({"type":"message.read","data":{)" + message + "}}")).message == kMessage);
  const std::string no_message = R"("message_id":null,)";
  CHECK(
      of<domain::Read>(desk.command(R"({"type":"message.read","data":{"up_to":4,)" + no_message + conversation + "}}"))
          .up_to == base::Ordinal{4});
  CHECK(of<domain::Read>(desk.command(R"({"type":"message.read","data":{"up_to":4,)" + conversation + "}}")).up_to ==
        base::Ordinal{4});
  CHECK(of<domain::Delivered>(desk.command(R"({"type":"message.delivered","data":{"up_to":4,)" + conversation + "}}"))
            .conversation == kConversation);
  refused(desk.command(R"({"type":"message.send"})"), 400, "");
  refused(desk.command(R"({"type":"message.delete","data":{}})"), 400, "`message_id`");
}

TEST_CASE("a frame that is no command makes none") {
  Desk desk;
  auto frame = desk.frame(R"({"type":"ping"})");
  REQUIRE(frame);
  CHECK_FALSE(command_of_frame(frame.value(), desk.caller, desk.limits, desk.uuids));
}

TEST_CASE("the envelope of a frame is read strictly") {
  Desk desk;
  auto frame = desk.frame(R"({"type":"ping","id":"a\"b","key":"k-1","act_as":"zoe","data":{"x":1}})");
  REQUIRE(frame);
  CHECK(frame.value().id_json == R"("a\"b")");
  CHECK(frame.value().key == "k-1");
  CHECK(frame.value().act_as == UserId{"zoe"});
  CHECK(frame.value().data.member("x").integer() == 1);
  REQUIRE(desk.frame(R"({"type":"ping","id":-5})"));
  CHECK(desk.id_json == "-5");
  for (const char* bad : {"", "[]", "{}", R"({"type":5})", R"({"type":"x","id":{}})", R"({"type":"x","id":""})",
                          R"({"type":"x","key":""})", R"({"type":"x","key":"a b"})", R"({"type":"x","data":[]})",
                          R"({"type":"x","act_as":""})"}) {
    INFO(bad);
    auto answer = desk.frame(bad);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().status == 400);
  }
}

TEST_CASE("the id of a malformed frame is still known") {
  Desk desk;
  CHECK_FALSE(desk.frame(R"({"id":"q","data":3})"));
  CHECK(desk.id_json == "\"q\"");
  CHECK_FALSE(desk.frame("{"));
  CHECK(desk.id_json.empty());
}

TEST_CASE("answers carry the id they answer") {
  CHECK(ack_frame("\"q\"", R"({"a":1})") == R"({"type":"ack","re":"q","data":{"a":1}})");
  CHECK_THAT(error_frame("", not_found(), "r"), Catch::StartsWith(R"({"type":"error","re":null,"data":{"type":)"));
}

}  // namespace
}  // namespace hansard::api

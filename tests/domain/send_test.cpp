// Facts about sending.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

SendMessage notice(std::uint8_t message, const std::string& content) {
  auto command = text(message, content);
  command.type = MessageType::system;
  return command;
}

SendMessage mentioning(const std::string& content, std::uint32_t offset, std::uint32_t length,
                       const std::string& name = "ben") {
  auto command = text(1, content);
  command.content.mentions = {{user(name), offset, length, false}};
  return command;
}

SendMessage reply(std::uint8_t message, std::uint8_t to) {
  auto command = text(message, "indeed");
  command.reply_to = message_id(to);
  return command;
}

bool counts(const Decision& decision) {
  return only_event<MessageSent>(decision).content.value().mentions.at(0).counts;
}

World slow(std::uint32_t seconds) {
  World world = group_of_three();
  SettingsPatch patch;
  patch.slow_mode_s = seconds;
  world.given(as("anna"), with_settings(patch));
  return world;
}

}  // namespace

TEST_CASE("a send takes the next ordinal, the log's time and the actor") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  world.pass_ms(5);
  auto command = text(2, "two");
  command.sender_type = "driver";
  const auto event = only_event<MessageSent>(world.ask(as("ben"), command));
  CHECK(event.facts.message == message_id(2));
  CHECK(event.facts.ordinal == Ordinal{2});
  CHECK(event.facts.author == user("ben"));
  CHECK(event.facts.sender_type == "driver");
  CHECK(event.facts.created_at == world.now);
  CHECK(event.facts.sent_at == world.now);
  CHECK(event.content.value().text == "two");
}

TEST_CASE("a send says that it created and what") {
  const auto decision = group_of_three().ask(as("ben"), text(2, "two"));
  CHECK(accepted(decision).created);
  CHECK(accepted(decision).conversation == conversation_id(1));
  CHECK(accepted(decision).message == message_id(2));
}

TEST_CASE("the state keeps a message's facts, version and positions") {
  World world = group_of_three();
  world.given(as("ben"), text(1, "one"));
  const auto message = world.state.message(message_id(1)).value();
  CHECK(message.status == MessageStatus::live);
  CHECK(message.version == Version{2});
  CHECK(message.sent_position == Position{2});
  CHECK(message.position == Position{2});
  CHECK(world.state.conversation(conversation_id(1))->last_ordinal == Ordinal{1});
}

TEST_CASE("readers do not post, and where only admins post, members do not") {
  World world = group_of_three();
  world.given(as("anna"), make("carl", Role::read_only));
  CHECK(code_of(world.ask(as("carl"), text(1, "hello"))) == RejectionCode::read_only);
  CHECK(code_of(world.ask(service_as("carl"), text(1, "hello"))) == RejectionCode::read_only);
  SettingsPatch patch;
  patch.who_may_post = WhoMayPost::admins;
  world.given(as("anna"), with_settings(patch));
  CHECK(code_of(world.ask(as("ben"), text(1, "hello"))) == RejectionCode::read_only);
  world.given(as("anna"), make("ben", Role::admin));
  CHECK(accepted(world.ask(as("ben"), text(1, "hello"))).created);
  CHECK(accepted(world.ask(as("anna"), text(1, "hello"))).created);
}

TEST_CASE("slow mode makes a member wait, and says how long in whole seconds") {
  World world = slow(10);
  world.given(as("ben"), text(1, "one"));
  world.pass_ms(2'500);
  const auto decision = world.ask(as("ben"), text(2, "two"));
  CHECK(code_of(decision) == RejectionCode::slow_mode);
  CHECK(std::get<Rejection>(decision).retry_after_s == 8);
  CHECK(accepted(world.ask(as("carl"), text(2, "two"))).created);
  world.pass_ms(7'499);
  CHECK(std::get<Rejection>(world.ask(as("ben"), text(2, "two"))).retry_after_s == 1);
  world.pass_ms(1);
  CHECK(accepted(world.ask(as("ben"), text(2, "two"))).created);
}

TEST_CASE("slow mode goes on for a member who is added again") {
  World world = slow(10);
  world.given(as("ben"), text(1, "one"));
  world.given(as("ben"), remove("ben"));
  world.given(as("anna"), add({{user("ben"), Role::member}}));
  CHECK(code_of(world.ask(as("ben"), text(2, "two"))) == RejectionCode::slow_mode);
  world.pass_ms(10'000);
  CHECK(accepted(world.ask(as("ben"), text(2, "two"))).created);
}

TEST_CASE("slow mode does not bind owners and admins") {
  World world = slow(10);
  world.given(as("anna"), make("carl", Role::admin));
  for (const auto& caller : {as("anna"), as("carl")}) {
    world.given(caller, text(static_cast<std::uint8_t>(world.log.size()), "one"));
    CHECK(accepted(world.ask(caller, text(99, "two"))).created);
  }
}

TEST_CASE("slow mode binds a service that acts for a member, but for imports and notices") {
  World world = slow(10);
  world.given(service_as("ben"), text(1, "one"));
  CHECK(code_of(world.ask(service_as("ben"), text(2, "two"))) == RejectionCode::slow_mode);
  CHECK(code_of(world.ask(as("ben"), text(2, "two"))) == RejectionCode::slow_mode);
  auto import = text(2, "two");
  import.origin_time = Timestamp{1};
  CHECK(accepted(world.ask(service_as("ben"), import)).created);
  CHECK(accepted(world.ask(service_as("ben"), notice(2, "ben is late"))).created);
}

TEST_CASE("a clock that went back does not lock a slow conversation") {
  World world = slow(10);
  world.given(as("ben"), text(1, "one"));
  world.pass_ms(-3'600'000);
  CHECK(accepted(world.ask(as("ben"), text(2, "two"))).created);
}

TEST_CASE("a system message does not start a member's slow mode") {
  World world = slow(10);
  world.given(service_as("ben"), notice(1, "ben is late"));
  CHECK(accepted(world.ask(as("ben"), text(2, "sorry"))).created);
}

TEST_CASE("system messages are a service's, who needs no membership for them") {
  World world = group_of_three();
  CHECK(code_of(world.ask(as("anna"), notice(1, "hello"))) == RejectionCode::forbidden);
  const auto event = only_event<MessageSent>(world.perform(service_as("zoe"), notice(1, "zoe looked in")));
  CHECK(event.facts.author == user("zoe"));
  CHECK_FALSE(world.state.member(conversation_id(1), user("zoe")));
  CHECK(code_of(World().ask(service_as("zoe"), notice(1, "hello"))) == RejectionCode::not_found);
}

TEST_CASE("an empty text needs attachments, metadata, type system or a service") {
  World world = group_of_three();
  world.happened(FileUploaded{user("ben"), {}, {}, 5, FileContent{"a.png", "image/png"}}, user("ben"));
  CHECK(code_of(world.ask(as("ben"), text(1, ""))) == RejectionCode::invalid);
  auto command = text(1, "");
  command.content.metadata = "{}";
  CHECK(code_of(world.ask(as("ben"), command)) == RejectionCode::invalid);
  command.content.metadata = R"({"a":1})";
  CHECK(accepted(world.ask(as("ben"), command)).created);
  command = text(1, "");
  command.content.attachments.resize(1);
  CHECK(accepted(world.ask(as("ben"), command)).created);
  CHECK(accepted(world.ask(service_as("ben"), text(1, ""))).created);
  CHECK(accepted(world.ask(service_as("zoe"), notice(1, ""))).created);
}

TEST_CASE("content is limited in code points, not bytes, for a service too") {
  World world = group_of_three();
  world.rules.content_code_points_max = 3;
  CHECK(accepted(world.ask(as("ben"), text(1, "\u20AC\u20AC\u20AC"))).created);
  CHECK(code_of(world.ask(as("ben"), text(1, "\u20AC\u20AC\u20AC\u20AC"))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(service_as("ben"), text(1, "four"))) == RejectionCode::invalid);
}

TEST_CASE("control characters are kept") {
  const std::string content("a\x01\x02\0z", 5);
  const auto event = only_event<MessageSent>(group_of_three().ask(as("ben"), text(1, content)));
  CHECK(event.content.value().text == content);
}

TEST_CASE("a mention lies within the code points of the text and is not empty") {
  const World world = group_of_three();
  const std::string content = "\u20AC @ben";  // six code points, eight bytes
  CHECK(accepted(world.ask(as("anna"), mentioning(content, 2, 4))).created);
  CHECK(code_of(world.ask(as("anna"), mentioning(content, 3, 4))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("anna"), mentioning(content, 2, 0))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("anna"), mentioning(content, 4'294'967'295u, 2))) == RejectionCode::invalid);
}

TEST_CASE("a message has a limited number of mentions") {
  World world = group_of_three();
  world.rules.mentions_max = 1;
  auto command = mentioning("@ben", 0, 4);
  CHECK(accepted(world.ask(as("anna"), command)).created);
  command.content.mentions.push_back(command.content.mentions[0]);
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::invalid);
}

TEST_CASE("a mention counts for a member other than the author, and not in a system message") {
  const World world = group_of_three();
  CHECK(counts(world.ask(as("anna"), mentioning("@ben", 0, 4))));
  CHECK_FALSE(counts(world.ask(as("anna"), mentioning("@zoe", 0, 4, "zoe"))));
  CHECK_FALSE(counts(world.ask(as("anna"), mentioning("@anna", 0, 5, "anna"))));
  auto command = mentioning("@ben", 0, 4);
  command.type = MessageType::system;
  CHECK_FALSE(counts(world.ask(service_as("anna"), command)));
}

TEST_CASE("a mention that claims to count is not believed") {
  auto command = mentioning("@zoe", 0, 4, "zoe");
  command.content.mentions[0].counts = true;
  CHECK_FALSE(counts(group_of_three().ask(as("anna"), command)));
}

TEST_CASE("a reply names a message of the same conversation, also a deleted or a system one") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  world.given(service_as("zoe"), notice(2, "zoe looked in"));
  world.given(as("anna"), group(2, {"ben"}));
  world.given(as("anna"), text(3, "elsewhere", 2));
  const auto event = only_event<MessageSent>(world.ask(as("ben"), reply(4, 2)));
  CHECK(event.facts.reply_to == message_id(2));
  CHECK(event.facts.reply_to_ordinal == Ordinal{2});
  world.given(as("anna"), erase_for_all(1));
  CHECK(only_event<MessageSent>(world.ask(as("ben"), reply(4, 1))).facts.reply_to_ordinal == Ordinal{1});
  CHECK(code_of(world.ask(as("ben"), reply(4, 3))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("ben"), reply(4, 77))) == RejectionCode::invalid);
}

TEST_CASE("a reply to what the history hides is like a reply to nothing") {
  World world = group_of_three();
  SettingsPatch patch;
  patch.history = History::from_join;
  world.given(as("anna"), with_settings(patch));
  world.given(as("anna"), text(1, "one"));
  world.given(as("anna"), add({{user("zoe"), Role::member}}));
  CHECK(code_of(world.ask(as("zoe"), reply(2, 1))) == RejectionCode::invalid);
  CHECK(accepted(world.ask(as("ben"), reply(2, 1))).created);
}

TEST_CASE("an origin_time is a service's, is shown, and moves no window") {
  const World world = group_of_three();
  auto command = text(1, "long ago");
  command.origin_time = Timestamp{1'000};
  CHECK(code_of(world.ask(as("ben"), command)) == RejectionCode::forbidden);
  const auto event = only_event<MessageSent>(world.ask(service_as("ben"), command));
  CHECK(event.facts.created_at == Timestamp{1'000});
  CHECK(event.facts.sent_at == world.now);
}

TEST_CASE("quiet is accepted") {
  auto command = text(1, "hush");
  command.quiet = true;
  CHECK(accepted(group_of_three().ask(service_as("ben"), command)).created);
}

TEST_CASE("a client-made message id with the same author and body is a repeat") {
  World world = group_of_three();
  auto command = mentioning("@ben and more", 0, 4);
  command.origin_time = Timestamp{1'000};
  world.given(service_as("anna"), command);
  const auto again = world.ask(service_as("anna"), command);
  CHECK(changes_nothing(again));
  CHECK(accepted(again).repeat);
  CHECK_FALSE(accepted(again).created);
  CHECK(accepted(again).message == message_id(1));
}

TEST_CASE("a repeat stays one after an edit, a deletion, an erasure, a closing and a lost role") {
  World world = group_of_three();
  const auto command = text(1, "one");
  world.given(as("ben"), command);
  world.given(as("ben"), edit(1, "two"));
  CHECK(accepted(world.ask(as("ben"), command)).repeat);
  CHECK(code_of(world.ask(as("ben"), text(1, "two"))) == RejectionCode::id_taken);
  world.given(as("ben"), erase_for_all(1));
  CHECK(accepted(world.ask(as("ben"), command)).repeat);
  world.state.erase_content(Position{2});
  CHECK(accepted(world.ask(as("ben"), command)).repeat);
  world.given(as("anna"), make("ben", Role::read_only));
  world.given(as("anna"), close());
  CHECK(accepted(world.ask(as("ben"), command)).repeat);
}

TEST_CASE("a repeat is not told to who left") {
  World world = group_of_three();
  world.given(as("ben"), text(1, "one"));
  world.given(as("ben"), remove("ben"));
  CHECK(code_of(world.ask(as("ben"), text(1, "one"))) == RejectionCode::not_found);
}

TEST_CASE("a client-made message id that names something else is taken") {
  World world = group_of_three();
  const auto command = text(1, "one");
  world.given(as("ben"), command);
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::id_taken);
  std::vector<SendMessage> others(5, command);
  others[0].content.text = "two";
  others[1].type = MessageType::status;
  others[2].sender_type = "driver";
  others[3].reply_to = message_id(1);
  others[4].content.metadata = R"({"a":1})";
  for (const auto& other : others) CHECK(code_of(world.ask(as("ben"), other)) == RejectionCode::id_taken);
  auto dated = command;
  dated.origin_time = Timestamp{1'000};
  CHECK(code_of(world.ask(service_as("ben"), dated)) == RejectionCode::id_taken);
}

TEST_CASE("an id of a conversation the caller cannot see is taken all the same") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  world.given(as("zoe"), group(2, {}));
  CHECK(code_of(world.ask(as("zoe"), text(1, "one", 2))) == RejectionCode::id_taken);
}

}  // namespace hansard::domain::testing

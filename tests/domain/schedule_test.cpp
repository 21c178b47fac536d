// Facts about messages that are sent later.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

constexpr std::int64_t kSoonMs = 60'000;

SendMessage later(const World& world, std::uint8_t message = 1, std::int64_t in_ms = kSoonMs) {
  auto command = text(message, "later");
  command.send_at = Timestamp{world.now.ms + in_ms};
  return command;
}

// ben has scheduled message 1, a minute from now.
World with_a_scheduled() {
  World world = group_of_three();
  world.given(as("ben"), later(world));
  return world;
}

Decision due(World& world, std::uint8_t message = 1) {
  return world.perform(server_about("ben"), SendDue{message_id(message)});
}

std::string cancelled_because(const Decision& decision) { return only_event<ScheduleCancelled>(decision).reason; }

}  // namespace

TEST_CASE("a scheduled message waits outside the conversation") {
  World world = group_of_three();
  const auto version = world.state.conversation(conversation_id(1))->version;
  const auto decision = world.perform(as("ben"), later(world));
  const auto event = only_event<SendScheduled>(decision);
  CHECK(accepted(decision).created);
  CHECK(event.draft.ordinal == Ordinal{});
  CHECK(event.draft.author == user("ben"));
  CHECK(event.send_at == Timestamp{world.now.ms + kSoonMs});
  CHECK(world.state.conversation(conversation_id(1))->version == version);
  CHECK_FALSE(world.state.message(message_id(1)));
  CHECK(world.state.user(user("ben")).scheduled == 1);
}

TEST_CASE("when its time comes it is sent, with the ordinal and the time of then") {
  World world = with_a_scheduled();
  world.given(as("anna"), text(2, "first"));
  world.pass_ms(kSoonMs);
  const auto sent = only_event<MessageSent>(due(world));
  CHECK(sent.was_scheduled);
  CHECK(sent.facts.ordinal == Ordinal{2});
  CHECK(sent.facts.created_at == world.now);
  CHECK(sent.facts.sent_at == world.now);
  CHECK(sent.content.value().text == "later");
  CHECK(world.state.user(user("ben")).scheduled == 0);
  CHECK(code_of(due(world)) == RejectionCode::not_found);
}

TEST_CASE("a proposal that comes too early changes nothing") {
  World world = with_a_scheduled();
  world.pass_ms(kSoonMs - 1);
  CHECK(changes_nothing(due(world)));
  CHECK(code_of(world.ask(server_about("anna"), SendDue{message_id(1)})) == RejectionCode::not_found);
}

TEST_CASE("who is mentioned counts as of when it is sent") {
  World world = group_of_three();
  auto command = later(world);
  command.content.mentions = {{user("zoe"), 0, 5, false}};
  world.given(as("ben"), command);
  world.given(as("anna"), add({{user("zoe"), Role::member}}));
  world.pass_ms(kSoonMs);
  CHECK(only_event<MessageSent>(due(world)).content.value().mentions.at(0).counts);
}

TEST_CASE("a scheduled message obeys the rules when it is scheduled") {
  World world = group_of_three();
  CHECK(code_of(world.ask(as("zoe"), later(world))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("ben"), later(world, 1, 0))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("ben"), later(world, 1, 367LL * 86'400'000))) == RejectionCode::invalid);
  auto imported = later(world);
  imported.origin_time = world.now;
  CHECK(code_of(world.ask(service_as("ben"), imported)) == RejectionCode::invalid);
  auto notice = later(world);
  notice.type = MessageType::system;
  CHECK(code_of(world.ask(service_as("ben"), notice)) == RejectionCode::invalid);
  world.given(as("anna"), make("ben", Role::read_only));
  CHECK(code_of(world.ask(as("ben"), later(world))) == RejectionCode::read_only);
}

TEST_CASE("a user has so many messages waiting and no more") {
  World world = group_of_three();
  world.rules.scheduled_per_user_max = 1;
  world.given(as("ben"), later(world));
  CHECK(code_of(world.ask(as("ben"), later(world, 2))) == RejectionCode::invalid);
  CHECK_FALSE(changes_nothing(world.ask(as("carl"), later(world, 2))));
  world.given(as("ben"), erase_for_all(1));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), later(world, 2))));
}

TEST_CASE("what the rules forbid when its time comes is cancelled, and says why") {
  SECTION("its author has left") {
    World world = with_a_scheduled();
    world.given(as("ben"), remove("ben"));
    world.pass_ms(kSoonMs);
    CHECK_FALSE(cancelled_because(due(world)).empty());
    CHECK(world.state.user(user("ben")).scheduled == 0);
  }
  SECTION("its author may only read") {
    World world = with_a_scheduled();
    world.given(as("anna"), make("ben", Role::read_only));
    world.pass_ms(kSoonMs);
    CHECK(cancelled_because(due(world)) == "You may only read here.");
  }
  SECTION("the conversation is closed") {
    World world = with_a_scheduled();
    world.given(as("anna"), close());
    world.pass_ms(kSoonMs);
    CHECK(cancelled_because(due(world)) == "The conversation is closed for good.");
  }
  SECTION("he has just spoken, in slow mode") {
    World world = with_a_scheduled();
    SettingsPatch patch;
    patch.slow_mode_s = 10;
    world.given(as("anna"), with_settings(patch));
    world.pass_ms(kSoonMs);
    world.given(as("ben"), text(2, "now"));
    CHECK(cancelled_because(due(world)) == "The conversation is in slow mode.");
  }
  SECTION("what it replies to is hidden from him by now") {
    World world = group_of_three();
    world.given(as("anna"), text(2, "before"));
    auto command = later(world);
    command.reply_to = message_id(2);
    world.given(as("ben"), command);
    world.given(as("ben"), remove("ben"));
    world.given(as("anna"), add({{user("ben"), Role::member}}));
    SettingsPatch patch;
    patch.history = History::from_join;
    World shown = world;
    world.given(as("anna"), with_settings(patch));
    for (auto* each : {&world, &shown}) each->pass_ms(kSoonMs);
    CHECK(cancelled_because(due(world)) == "reply_to is not a message of this conversation.");
    CHECK(only_event<MessageSent>(due(shown)).facts.reply_to == message_id(2));
  }
  SECTION("its content was erased") {
    World world = with_a_scheduled();
    world.state.erase_content(world.log.back().position);
    world.pass_ms(kSoonMs);
    CHECK(cancelled_because(due(world)) == "The message was erased.");
  }
}

TEST_CASE("a scheduled message whose file was collected is not sent without it") {
  World world = group_of_three();
  world.given(as("ben"), RecordFile{file_id(1), {}, 5, {"a", "b"}});
  auto command = later(world);
  command.content.attachments = {{file_id(1), "", "", 0}};
  world.given(as("ben"), command);
  World collected = world;
  collected.given(server_about("ben"), CollectFile{file_id(1), world.log.back().position});
  for (auto* each : {&world, &collected}) each->pass_ms(kSoonMs);
  CHECK(only_event<MessageSent>(due(world)).files == std::vector<FileId>{file_id(1)});
  CHECK(cancelled_because(due(collected)) == "A file of the message is gone.");
}

TEST_CASE("who is blocked when the time comes does not get through") {
  World world;
  world.given(as("ben"), direct({"anna"}));
  auto command = later(world);
  command.conversation = direct_of("anna", "ben");
  world.given(as("ben"), command);
  world.given(as("anna"), block("ben"));
  world.pass_ms(kSoonMs);
  CHECK_FALSE(cancelled_because(due(world)).empty());
}

TEST_CASE("its author cancels it, also when he has left; nobody else knows of it") {
  World world = with_a_scheduled();
  CHECK(code_of(world.ask(as("anna"), erase_for_all(1))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(admin_as("anna"), erase_for_all(1))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("anna"), react(1, "+"))) == RejectionCode::not_found);
  world.given(as("ben"), remove("ben"));
  CHECK(only_event<ScheduleCancelled>(world.perform(as("ben"), erase_for_all(1))).reason.empty());
  CHECK(code_of(world.ask(as("ben"), erase_for_all(1))) == RejectionCode::not_found);
  world.pass_ms(kSoonMs);
  CHECK(code_of(due(world)) == RejectionCode::not_found);
}

TEST_CASE("scheduling again under its id is a repeat, before and after it was sent") {
  World world = with_a_scheduled();
  const auto again = later(world);
  CHECK(accepted(world.ask(as("ben"), again)).repeat);
  world.pass_ms(kSoonMs);
  due(world);
  CHECK(accepted(world.ask(as("ben"), again)).repeat);
}

TEST_CASE("scheduling again under its id does not bring back what was cancelled") {
  World world = with_a_scheduled();
  const auto again = later(world);
  world.given(as("ben"), erase_for_all(1));
  CHECK(accepted(world.ask(as("ben"), again)).repeat);
  CHECK(changes_nothing(world.ask(as("ben"), again)));
}

TEST_CASE("the id of a scheduled message is taken for everything else, also when it was cancelled") {
  World world = with_a_scheduled();
  SECTION("it waits") {}
  SECTION("it was cancelled") { world.given(as("ben"), erase_for_all(1)); }
  CHECK(code_of(world.ask(as("ben"), later(world, 1, kSoonMs + 1))) == RejectionCode::id_taken);
  CHECK(code_of(world.ask(as("ben"), text(1, "later"))) == RejectionCode::id_taken);
  CHECK(code_of(world.ask(as("anna"), later(world))) == RejectionCode::id_taken);
  world.given(as("anna"), text(2, "two"));
  CHECK(code_of(world.ask(as("ben"), forward(2, conversation_id(1), 1))) == RejectionCode::id_taken);
}

}  // namespace hansard::domain::testing

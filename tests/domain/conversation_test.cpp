// Facts about changing and closing a conversation, and about strangers to it.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

std::vector<Command> every_command_on_group_1() {
  return {titled("Lunch"),
          close(),
          add({{user("zoe"), Role::member}}),
          remove("ben"),
          make("ben", Role::admin),
          text(50, "hello"),
          edit(1, "hello"),
          erase_for_all(1),
          read_to(1),
          read_message(1),
          delivered_to(1),
          unread_from(1),
          FlagConversation{conversation_id(1), true, {}, {}}};
}

World with_a_message() {
  World world = group_of_three();
  world.given(as("anna"), text(1, "good morning"));
  return world;
}

std::string detail_of(const Decision& decision) { return std::get<Rejection>(decision).detail; }

}  // namespace

TEST_CASE("a stranger's every command is answered as if nothing were there") {
  const World world = with_a_message();
  for (const auto& command : every_command_on_group_1()) {
    const auto real = world.ask(as("zoe"), command);
    const auto nothing = World().ask(as("zoe"), command);
    CHECK(code_of(real) == RejectionCode::not_found);
    CHECK(code_of(nothing) == RejectionCode::not_found);
    CHECK(detail_of(real) == detail_of(nothing));
  }
}

TEST_CASE("who left or was removed is answered like a stranger") {
  World world = with_a_message();
  world.given(as("ben"), remove("ben"));
  world.given(as("anna"), remove("carl"));
  for (const auto& command : every_command_on_group_1()) {
    CHECK(code_of(world.ask(as("ben"), command)) == RejectionCode::not_found);
    CHECK(code_of(world.ask(as("carl"), command)) == RejectionCode::not_found);
  }
}

TEST_CASE("an admin scope opens no conversation to who is not a member") {
  const World world = with_a_message();
  for (const auto& command : every_command_on_group_1()) {
    CHECK(code_of(world.ask(admin_as("zoe"), command)) == RejectionCode::not_found);
  }
}

TEST_CASE("a service without membership manages, and otherwise is a stranger") {
  const World world = with_a_message();
  for (const auto& command : std::vector<Command>{titled("Lunch"), close(), add({{user("zoe"), Role::owner}}),
                                                  remove("anna"), make("ben", Role::owner)}) {
    CHECK_FALSE(changes_nothing(world.ask(service_as("zoe"), command)));
  }
  for (const auto& command : std::vector<Command>{text(50, "hello"), edit(1, "hello"), erase_for_all(1), read_to(1),
                                                  delivered_to(1), unread_from(1)}) {
    CHECK(code_of(world.ask(service_as("zoe"), command)) == RejectionCode::not_found);
  }
}

TEST_CASE("a service manages no conversation that does not exist") {
  CHECK(code_of(World().ask(service_as("zoe"), titled("Lunch"))) == RejectionCode::not_found);
  CHECK(code_of(World().ask(service_as("zoe"), add({{user("zoe"), Role::member}}))) == RejectionCode::not_found);
}

TEST_CASE("an update carries the whole new title, metadata and settings") {
  World world = group_of_three();
  auto command = titled("Lunch");
  command.settings.edit_window_s = 60;
  world.given(as("anna"), command);
  auto metadata_only = UpdateConversation{};
  metadata_only.conversation = conversation_id(1);
  metadata_only.metadata = R"({"a":1})";
  const auto event = only_event<ConversationUpdated>(world.ask(as("anna"), metadata_only));
  CHECK(event.content == ConversationContent{"Lunch", R"({"a":1})"});
  CHECK(event.settings.edit_window_s == 60);
}

TEST_CASE("owners and admins update, members do not") {
  World world = group_of_three();
  world.given(as("anna"), make("ben", Role::admin));
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), titled("Lunch"))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), titled("Lunch"))));
  CHECK(code_of(world.ask(as("carl"), titled("Lunch"))) == RejectionCode::forbidden);
}

TEST_CASE("an update that changes nothing is accepted without an event") {
  World world = group_of_three();
  world.given(as("anna"), titled("Lunch"));
  CHECK(changes_nothing(world.ask(as("anna"), titled("Lunch"))));
  SettingsPatch same;
  same.history = History::all;
  CHECK(changes_nothing(world.ask(as("anna"), with_settings(same))));
}

TEST_CASE("the server's delete window and the same number set by hand are different settings") {
  World world = group_of_three();
  SettingsPatch patch;
  patch.delete_window_s = world.rules.delete_window_s;
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), with_settings(patch))));
}

TEST_CASE("If-Match of a conversation is the version of its last settings, title or metadata change") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "moves the version, not the settings"));
  auto command = titled("Lunch");
  command.if_match = Version{2};
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::precondition_failed);
  command.if_match = Version{1};
  world.given(as("anna"), command);
  command.title = "Dinner";
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::precondition_failed);
  command.if_match = Version{3};
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), command)));
}

TEST_CASE("an update of settings leaves erased content erased") {
  World world = group_of_three();
  world.state.erase_content(Position{1});
  SettingsPatch patch;
  patch.slow_mode_s = 1;
  CHECK_FALSE(only_event<ConversationUpdated>(world.ask(as("anna"), with_settings(patch))).content);
  const auto retitled = only_event<ConversationUpdated>(world.ask(as("anna"), titled("Lunch")));
  CHECK(retitled.content == ConversationContent{"Lunch", ""});
}

TEST_CASE("an owner closes, an admin does not, and closing again changes nothing") {
  World world = group_of_three();
  world.given(as("anna"), make("ben", Role::admin));
  CHECK(code_of(world.ask(as("ben"), close())) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(as("carl"), close())) == RejectionCode::forbidden);
  CHECK(only_event<ConversationClosed>(world.perform(as("anna"), close())).conversation == conversation_id(1));
  CHECK(changes_nothing(world.ask(as("anna"), close())));
}

TEST_CASE("in a closed conversation everything but pointers and flags is refused, to a service too") {
  World world = with_a_message();
  world.given(as("anna"), close());
  for (const auto& command :
       std::vector<Command>{titled("Lunch"), add({{user("zoe"), Role::member}}), remove("ben"), remove("anna"),
                            make("ben", Role::admin), text(50, "hello"), edit(1, "hello"), erase_for_all(1)}) {
    CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::conversation_closed);
    CHECK(code_of(world.ask(service_as("anna"), command)) == RejectionCode::conversation_closed);
  }
  for (const auto& command : std::vector<Command>{read_to(1), read_message(1), delivered_to(1),
                                                  FlagConversation{conversation_id(1), true, {}, {}}}) {
    CHECK_FALSE(changes_nothing(world.ask(as("anna"), command)));
  }
  world.given(as("anna"), read_to(1));
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), unread_from(1))));
}

TEST_CASE("a closed derived conversation is still returned by creating it again") {
  World world;
  const auto id = world.given(as("anna"), direct({"ben"})).conversation;
  world.given(service_as("anna"), CloseConversation{id});
  const auto again = world.ask(as("ben"), direct({"anna"}));
  CHECK(changes_nothing(again));
  CHECK(accepted(again).conversation == id);
}

TEST_CASE("either of a direct conversation names it, unless the other has blocked him") {
  World world;
  UpdateConversation command = titled("We two");
  command.conversation = world.given(as("anna"), direct({"ben"})).conversation;
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), command)));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), command)));
  world.given(as("ben"), block("anna"));
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::blocked);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), command)));
}

TEST_CASE("neither of a direct conversation sets rules for the other or ends it, a service does") {
  World world;
  const auto id = world.given(as("anna"), direct({"ben"})).conversation;
  SettingsPatch patch;
  patch.retention_s = 1;
  UpdateConversation command = with_settings(patch);
  command.conversation = id;
  for (const char* name : {"anna", "ben"}) {
    CHECK(code_of(world.ask(as(name), command)) == RejectionCode::forbidden);
    CHECK(code_of(world.ask(as(name), CloseConversation{id})) == RejectionCode::forbidden);
  }
  CHECK_FALSE(changes_nothing(world.ask(service_as("anna"), command)));
  CHECK_FALSE(changes_nothing(world.ask(service_as("anna"), CloseConversation{id})));
  auto silenced = direct({"carl"});
  silenced.settings.who_may_post = WhoMayPost::admins;
  CHECK(code_of(world.ask(as("anna"), silenced)) == RejectionCode::forbidden);
  CHECK_FALSE(changes_nothing(world.ask(service_as("anna"), silenced)));
  silenced.members = {user("ben")};
  CHECK(accepted(world.ask(as("anna"), silenced)).conversation == id);  // it is there, and nothing is set
}

}  // namespace hansard::domain::testing

// Facts about creating a conversation.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {

TEST_CASE("the creator is the first member and its owner, everybody else a member, nobody twice") {
  const auto event = only_event<ConversationCreated>(World().ask(as("anna"), group(1, {"ben", "anna", "ben", "carl"})));
  CHECK(event.created_by == user("anna"));
  CHECK(event.members == std::vector<MemberEntry>{
                             {user("anna"), Role::owner}, {user("ben"), Role::member}, {user("carl"), Role::member}});
}

TEST_CASE("where a service acts for a user, the user is the creator") {
  const auto event = only_event<ConversationCreated>(World().ask(service_as("anna"), group(1, {})));
  CHECK(event.created_by == user("anna"));
  CHECK(event.members == std::vector<MemberEntry>{{user("anna"), Role::owner}});
}

TEST_CASE("settings of a creation are a patch on the defaults, title and metadata are erasable content") {
  auto command = group(1, {});
  command.title = "Lunch";
  command.metadata = R"({"a":1})";
  command.settings.slow_mode_s = 7;
  const auto event = only_event<ConversationCreated>(World().ask(as("anna"), command));
  Settings wanted;
  wanted.slow_mode_s = 7;
  CHECK(event.settings == wanted);
  CHECK(event.content == ConversationContent{"Lunch", R"({"a":1})"});
}

TEST_CASE("a creation says that it created and what") {
  const auto decision = World().ask(as("anna"), group(1, {"ben"}));
  CHECK(accepted(decision).created);
  CHECK(accepted(decision).conversation == conversation_id(1));
  CHECK_FALSE(accepted(decision).repeat);
}

TEST_CASE("a new conversation is at version 1 with its members and no message") {
  const World world = group_of_three();
  const auto state = world.state.conversation(conversation_id(1)).value();
  CHECK(state.version == Version{1});
  CHECK(state.settings_version == Version{1});
  CHECK(state.member_count == 3);
  CHECK(state.last_ordinal == Ordinal{0});
  CHECK(world.state.member(conversation_id(1), user("anna"))->role == Role::owner);
  CHECK(world.state.member(conversation_id(1), user("carl"))->role == Role::member);
}

TEST_CASE("a conversation has at most members_max members from the start") {
  World world;
  world.rules.members_max = 2;
  CHECK(accepted(world.ask(as("anna"), group(1, {"ben"}))).created);
  CHECK(code_of(world.ask(as("anna"), group(1, {"ben", "carl"}))) == RejectionCode::group_full);
}

TEST_CASE("a direct conversation has exactly two different members") {
  const World world;
  CHECK(accepted(world.ask(as("anna"), direct({"ben"}))).created);
  CHECK(accepted(world.ask(as("anna"), direct({"anna", "ben"}))).created);
  CHECK(code_of(world.ask(as("anna"), direct({}))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("anna"), direct({"anna"}))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("anna"), direct({"ben", "carl"}))) == RejectionCode::invalid);
}

TEST_CASE("a direct conversation is named by its pair, not by an external id") {
  auto command = direct({"ben"});
  command.external_id = "order 7";
  CHECK(code_of(World().ask(as("anna"), command)) == RejectionCode::invalid);
}

TEST_CASE("creating a direct conversation again returns it to either of the pair") {
  World world;
  const auto id = world.given(as("anna"), direct({"ben"})).conversation;
  for (const auto& again : {world.ask(as("anna"), direct({"ben"})), world.ask(as("ben"), direct({"anna"}))}) {
    CHECK(changes_nothing(again));
    CHECK_FALSE(accepted(again).created);
    CHECK_FALSE(accepted(again).repeat);
    CHECK(accepted(again).conversation == id);
  }
}

TEST_CASE("an external id of a service names one conversation for everybody it acts for") {
  World world;
  auto ride = group(9, {});
  ride.type = ConversationType::ride;
  ride.client_made = false;
  ride.external_id = "ride 7";
  const auto id = world.given(service_as("anna"), ride).conversation;
  CHECK(id == external_conversation_id(service_as("zoe"), "ride 7"));
  const auto again = world.ask(service_as("zoe"), ride);
  CHECK(changes_nothing(again));
  CHECK(accepted(again).conversation == id);
}

TEST_CASE("an external id of an ordinary caller is his own") {
  World world;
  auto command = group(9, {"ben"});
  command.external_id = "lunch";
  const auto annas = world.given(as("anna"), command).conversation;
  const auto bens = world.given(as("ben"), command).conversation;
  CHECK(annas != bens);
  CHECK(accepted(world.ask(as("anna"), command)).conversation == annas);
}

TEST_CASE("who left the conversation of his external id is answered like a stranger") {
  World world;
  auto command = group(9, {"ben"});
  command.external_id = "lunch";
  const auto id = world.given(as("anna"), command).conversation;
  world.given(as("anna"), RemoveMember{id, user("anna")});
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::not_found);
}

TEST_CASE("a client-made id with the same creator and body is a repeat") {
  World world;
  auto command = group(1, {"ben"});
  command.title = "Lunch";
  world.given(as("anna"), command);
  const auto again = world.ask(as("anna"), command);
  CHECK(changes_nothing(again));
  CHECK(accepted(again).repeat);
  CHECK_FALSE(accepted(again).created);
}

TEST_CASE("the stream of somebody's own events, and the system's, is no conversation's id") {
  World world;
  world.given(as("anna"), group(1, {"ben"}));
  world.given(as("anna"), text(1, "hello"));
  world.given(as("ben"), Read{conversation_id(1), {1}, std::nullopt});
  auto command = group(2, {"carl"});
  command.client_made = true;
  command.id = base::id_from_bytes<ConversationId>(base::stream_of_user(user("ben")).view());
  CHECK(code_of(world.ask(as("zoe"), command)) == RejectionCode::id_taken);
  command.id = {};
  CHECK(code_of(world.ask(as("zoe"), command)) == RejectionCode::invalid);
}

TEST_CASE("a client-made id that names something else is taken") {
  World world;
  auto command = group(1, {"ben"});
  command.title = "Lunch";
  world.given(as("anna"), command);
  CHECK(code_of(world.ask(as("zoe"), command)) == RejectionCode::id_taken);
  auto other = command;
  other.title = "Dinner";
  CHECK(code_of(world.ask(as("anna"), other)) == RejectionCode::id_taken);
  other = command;
  other.members.push_back(user("carl"));
  CHECK(code_of(world.ask(as("anna"), other)) == RejectionCode::id_taken);
  other = command;
  other.members = {user("carl")};
  CHECK(code_of(world.ask(as("anna"), other)) == RejectionCode::id_taken);
  other = command;
  other.settings.slow_mode_s = 1;
  CHECK(code_of(world.ask(as("anna"), other)) == RejectionCode::id_taken);
  other = command;
  other.type = ConversationType::ride;
  CHECK(code_of(world.ask(as("anna"), other)) == RejectionCode::id_taken);
}

TEST_CASE("a creation is still a repeat after the conversation changed") {
  World world;
  const auto command = group(1, {"ben"});
  world.given(as("anna"), command);
  world.given(as("anna"), titled("Lunch"));
  world.given(as("anna"), add({{user("carl"), Role::member}}));
  CHECK(accepted(world.ask(as("anna"), command)).repeat);
}

TEST_CASE("a creator who left does not get his conversation back by repeating the creation") {
  World world;
  const auto command = group(1, {"ben"});
  world.given(as("anna"), command);
  world.given(as("anna"), remove("anna"));
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::not_found);
}

TEST_CASE("a client cannot take the id that a pair or an external id will have") {
  auto command = group(1, {});
  command.id = direct_conversation_id(user("ben"), user("carl"));
  CHECK(code_of(World().ask(as("anna"), command)) == RejectionCode::invalid);
}

}  // namespace hansard::domain::testing

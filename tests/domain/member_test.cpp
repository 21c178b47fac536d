// Facts about joining, leaving and roles.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

// anna owner, ben admin, carl member, rita reader
World with_every_role() {
  World world = group_of_three();
  world.given(as("anna"), make("ben", Role::admin));
  world.given(as("anna"), add({{user("rita"), Role::read_only}}));
  return world;
}

bool is_member(const World& world, const std::string& name) {
  return world.state.member(conversation_id(1), user(name)).has_value();
}

ReaderState reader(const World& world, const std::string& name) {
  return world.state.reader(conversation_id(1), user(name));
}

}  // namespace

TEST_CASE("owners and admins add members, members and readers do not") {
  const World world = with_every_role();
  const auto command = add({{user("zoe"), Role::member}});
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), command)));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), command)));
  CHECK(code_of(world.ask(as("carl"), command)) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(as("rita"), command)) == RejectionCode::forbidden);
}

TEST_CASE("only owners and services add owners and admins") {
  const World world = with_every_role();
  for (const Role role : {Role::owner, Role::admin}) {
    const auto command = add({{user("zoe"), role}});
    CHECK_FALSE(changes_nothing(world.ask(as("anna"), command)));
    CHECK_FALSE(changes_nothing(world.ask(service_as("zoe"), command)));
    CHECK(code_of(world.ask(as("ben"), command)) == RejectionCode::forbidden);
  }
}

TEST_CASE("adding a member again changes nothing for him, and nobody is added twice") {
  const World world = with_every_role();
  const auto event = only_event<MemberAdded>(world.ask(
      as("ben"), add({{user("carl"), Role::owner}, {user("zoe"), Role::member}, {user("zoe"), Role::admin}})));
  CHECK(event.members == std::vector<MemberEntry>{{user("zoe"), Role::member}});
  CHECK(changes_nothing(world.ask(as("ben"), add({{user("carl"), Role::member}, {user("anna"), Role::member}}))));
  CHECK(changes_nothing(world.ask(as("ben"), add({}))));
}

TEST_CASE("a conversation never grows beyond members_max") {
  World world = group_of_three();
  world.rules.members_max = 4;
  const MemberEntry yves{user("yves"), Role::member};
  const MemberEntry zoe{user("zoe"), Role::member};
  CHECK(code_of(world.ask(as("anna"), add({yves, zoe}))) == RejectionCode::group_full);
  world.given(as("anna"), add({yves, {user("ben"), Role::member}}));
  CHECK(code_of(world.ask(as("anna"), add({zoe}))) == RejectionCode::group_full);
  CHECK(changes_nothing(world.ask(as("anna"), add({yves}))));
}

TEST_CASE("a joiner starts with everything before him read") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  world.given(as("anna"), text(2, "two"));
  const auto event = only_event<MemberAdded>(world.perform(as("anna"), add({{user("zoe"), Role::member}})));
  CHECK(event.last_ordinal == Ordinal{2});
  CHECK(reader(world, "zoe").read_up_to == Ordinal{2});
  CHECK(world.state.member(conversation_id(1), user("zoe"))->joined_after == Ordinal{2});
}

TEST_CASE("rejoining raises the pointer, clears the marker and keeps the flags") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  world.given(as("ben"), unread_from(1));
  world.given(as("ben"), FlagConversation{conversation_id(1), true, {}, {}});
  world.given(as("ben"), remove("ben"));
  world.given(as("anna"), text(2, "two"));
  world.given(as("anna"), add({{user("ben"), Role::member}}));
  CHECK(reader(world, "ben").read_up_to == Ordinal{2});
  CHECK_FALSE(reader(world, "ben").marked_from);
  CHECK(reader(world, "ben").archived);
}

TEST_CASE("rejoining never lowers the pointer, and clears the marker also where nothing was said since") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  world.given(as("ben"), read_to(1));
  world.given(as("ben"), unread_from(1));
  world.given(as("ben"), remove("ben"));
  world.given(as("anna"), add({{user("ben"), Role::member}}));
  CHECK(reader(world, "ben").read_up_to == Ordinal{1});
  CHECK_FALSE(reader(world, "ben").marked_from);
}

TEST_CASE("anybody leaves a group by himself, the last owner too") {
  World world = with_every_role();
  for (const auto* name : {"rita", "carl", "ben", "anna"}) {
    CHECK(only_event<MemberRemoved>(world.perform(as(name), remove(name))).user == user(name));
    CHECK_FALSE(is_member(world, name));
  }
  CHECK(world.state.conversation(conversation_id(1))->member_count == 0);
}

TEST_CASE("owners remove everybody, admins only members and readers, members nobody") {
  const World world = with_every_role();
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), remove("ben"))));
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), remove("carl"))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), remove("carl"))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), remove("rita"))));
  CHECK(code_of(world.ask(as("ben"), remove("anna"))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(as("carl"), remove("rita"))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(as("rita"), remove("carl"))) == RejectionCode::forbidden);
}

TEST_CASE("an admin does not remove another admin") {
  World world = with_every_role();
  world.given(as("anna"), make("carl", Role::admin));
  CHECK(code_of(world.ask(as("ben"), remove("carl"))) == RejectionCode::forbidden);
}

TEST_CASE("removing somebody who is not a member changes nothing") {
  World world = group_of_three();
  CHECK(changes_nothing(world.ask(as("anna"), remove("zoe"))));
  CHECK(changes_nothing(world.ask(service_as("zoe"), remove("zoe"))));
  CHECK(code_of(world.ask(as("carl"), remove("zoe"))) == RejectionCode::forbidden);
}

TEST_CASE("a service removes a member it acts for, or any other") {
  World world = group_of_three();
  CHECK_FALSE(changes_nothing(world.perform(service_as("ben"), remove("ben"))));
  CHECK_FALSE(changes_nothing(world.perform(service_as("zoe"), remove("anna"))));
}

TEST_CASE("owners give every role, admins only move members and readers") {
  const World world = with_every_role();
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), make("carl", Role::owner))));
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), make("ben", Role::member))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), make("carl", Role::read_only))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), make("rita", Role::member))));
  CHECK(code_of(world.ask(as("ben"), make("carl", Role::admin))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(as("ben"), make("anna", Role::member))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(as("ben"), make("ben", Role::owner))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(as("carl"), make("carl", Role::owner))) == RejectionCode::forbidden);
}

TEST_CASE("a role that is there already changes nothing, one of nobody is not found") {
  const World world = with_every_role();
  CHECK(changes_nothing(world.ask(as("anna"), make("carl", Role::member))));
  CHECK(code_of(world.ask(as("anna"), make("zoe", Role::member))) == RejectionCode::not_found);
}

TEST_CASE("a role change keeps where the membership began") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  world.given(as("anna"), add({{user("zoe"), Role::member}}));
  world.given(as("anna"), make("zoe", Role::admin));
  const auto zoe = world.state.member(conversation_id(1), user("zoe")).value();
  CHECK(zoe.role == Role::admin);
  CHECK(zoe.joined_after == Ordinal{1});
}

TEST_CASE("the two of a direct conversation stay as they are, for a service too") {
  World world;
  const auto id = world.given(as("anna"), direct({"ben"})).conversation;
  for (const auto& command :
       std::vector<Command>{AddMembers{id, {{user("zoe"), Role::member}}}, RemoveMember{id, user("ben")},
                            RemoveMember{id, user("anna")}, ChangeRole{id, user("ben"), Role::read_only}}) {
    CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::conflict);
    CHECK(code_of(world.ask(service_as("anna"), command)) == RejectionCode::conflict);
  }
}

}  // namespace hansard::domain::testing

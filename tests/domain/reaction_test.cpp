// Facts about reactions.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

// anna (owner) said message 1; ben and carl are members.
World with_a_message() {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  return world;
}

std::vector<EmojiCount> counts(const World& world) { return world.state.reactions(message_id(1)); }

}  // namespace

TEST_CASE("a reaction names the message, its ordinal, who and what") {
  const World world = with_a_message();
  const auto event = only_event<ReactionAdded>(world.ask(as("ben"), react(1, "\U0001F44D")));
  CHECK(event.conversation == conversation_id(1));
  CHECK(event.message == message_id(1));
  CHECK(event.ordinal == Ordinal{1});
  CHECK(event.user == user("ben"));
  CHECK(event.content == ReactionContent{"\U0001F44D"});
}

TEST_CASE("a reaction takes a version of the conversation and leaves the message's own alone") {
  World world = with_a_message();
  const auto before = world.state.message(message_id(1)).value();
  world.given(as("ben"), react(1, "+"));
  CHECK(world.state.message(message_id(1)) == before);
  CHECK(world.state.conversation(conversation_id(1))->version == before.version.next());
}

TEST_CASE("reactions are counted in an order that does not tell who was first") {
  World world = with_a_message();
  world.given(as("ben"), react(1, "b"));
  world.given(as("ben"), react(1, "a"));
  world.given(as("anna"), react(1, "a"));
  CHECK(counts(world) == std::vector<EmojiCount>{{"a", 2}, {"b", 1}});
  world.given(as("ben"), unreact(1, "b"));
  CHECK(counts(world) == std::vector<EmojiCount>{{"a", 2}});
  CHECK(world.state.reactions_by(message_id(1), user("ben")) == std::vector<std::string>{"a"});
}

TEST_CASE("reacting twice and taking back what is not there change nothing") {
  World world = with_a_message();
  world.given(as("ben"), react(1, "+"));
  CHECK(changes_nothing(world.ask(as("ben"), react(1, "+"))));
  CHECK(changes_nothing(world.ask(as("carl"), unreact(1, "+"))));
}

TEST_CASE("one user takes back his own reaction only") {
  World world = with_a_message();
  world.given(as("ben"), react(1, "+"));
  world.given(as("carl"), react(1, "+"));
  CHECK(only_event<ReactionRemoved>(world.perform(as("carl"), unreact(1, "+"))).user == user("carl"));
  CHECK(counts(world) == std::vector<EmojiCount>{{"+", 1}});
}

TEST_CASE("who may not see a message cannot react to it") {
  World world = with_a_message();
  CHECK(code_of(world.ask(as("zoe"), react(1, "+"))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("ben"), react(9, "+"))) == RejectionCode::not_found);
  SettingsPatch patch;
  patch.history = History::from_join;
  world.given(as("anna"), with_settings(patch));
  world.given(as("anna"), add({{user("zoe"), Role::member}}));
  CHECK(code_of(world.ask(as("zoe"), react(1, "+"))) == RejectionCode::not_found);
}

TEST_CASE("readers do not react, members do where only admins post") {
  World world = with_a_message();
  SettingsPatch patch;
  patch.who_may_post = WhoMayPost::admins;
  world.given(as("anna"), with_settings(patch));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), react(1, "+"))));
  world.given(as("anna"), make("ben", Role::read_only));
  CHECK(code_of(world.ask(as("ben"), react(1, "+"))) == RejectionCode::read_only);
}

TEST_CASE("nothing is reacted to that is deleted, expired, erased or in a closed conversation") {
  World world = with_a_message();
  world.given(as("anna"), text(2, "two"));
  world.given(as("anna"), erase_for_all(1));
  CHECK(code_of(world.ask(as("ben"), react(1, "+"))) == RejectionCode::message_deleted);
  auto state = world.state.message(message_id(1)).value();
  state.status = MessageStatus::expired;
  world.state.put_message(message_id(1), state);
  CHECK(code_of(world.ask(as("ben"), react(1, "+"))) == RejectionCode::message_deleted);
  state.status = MessageStatus::erased;
  world.state.put_message(message_id(1), state);
  CHECK(code_of(world.ask(as("ben"), react(1, "+"))) == RejectionCode::gone);
  world.given(as("anna"), close());
  CHECK(code_of(world.ask(as("ben"), react(2, "+"))) == RejectionCode::conversation_closed);
}

TEST_CASE("one user gives a message so many reactions and no more") {
  World world = with_a_message();
  world.rules.emojis_per_user_max = 2;
  world.given(as("ben"), react(1, "a"));
  world.given(as("ben"), react(1, "b"));
  CHECK(code_of(world.ask(as("ben"), react(1, "c"))) == RejectionCode::invalid);
  CHECK(changes_nothing(world.ask(as("ben"), react(1, "a"))));
  world.given(as("ben"), unreact(1, "a"));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), react(1, "c"))));
}

TEST_CASE("a message carries so many kinds of reactions, and more of the same") {
  World world = with_a_message();
  world.rules.emojis_per_message_max = 2;
  world.given(as("ben"), react(1, "a"));
  world.given(as("carl"), react(1, "b"));
  CHECK(code_of(world.ask(as("anna"), react(1, "c"))) == RejectionCode::invalid);
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), react(1, "a"))));
}

TEST_CASE("who is blocked does not speak through reactions, and may take them back") {
  World world;
  world.given(as("anna"), direct({"ben"}));
  auto said = text(1, "one");
  said.conversation = direct_of("anna", "ben");
  world.given(as("anna"), said);
  world.given(as("ben"), react(1, "+"));
  world.given(as("anna"), block("ben"));
  CHECK(code_of(world.ask(as("ben"), react(1, "-"))) == RejectionCode::blocked);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), unreact(1, "+"))));
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), react(1, "-"))));
}

TEST_CASE("a reaction whose emoji was erased moves the version and no count") {
  World world = with_a_message();
  const auto version = world.state.conversation(conversation_id(1))->version;
  world.happened(ReactionAdded{conversation_id(1), message_id(1), {1}, user("ben"), std::nullopt}, user("ben"));
  CHECK(counts(world).empty());
  CHECK(world.state.conversation(conversation_id(1))->version == version.next());
}

}  // namespace hansard::domain::testing

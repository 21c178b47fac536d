// Facts about the system messages that tell of members who come and go.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

AddMembers telling(AddMembers command) {
  command.notice = message_id(9);
  return command;
}

RemoveMember telling(RemoveMember command) {
  command.notice = message_id(9);
  return command;
}

// The notice, which is the second of two events.
MessageSent notice_of(const Accepted& accepted) {
  REQUIRE(accepted.events.size() == 2);
  return std::get<MessageSent>(accepted.events.at(1));
}

}  // namespace

TEST_CASE("a notice follows the membership it tells of and is the actor's") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  const auto accepted = world.given(as("anna"), telling(add({{user("zoe"), Role::member}})));
  CHECK(std::get<MemberAdded>(accepted.events.at(0)).last_ordinal == Ordinal{1});
  const auto notice = notice_of(accepted);
  CHECK(notice.facts.message == message_id(9));
  CHECK(notice.facts.type == MessageType::system);
  CHECK(notice.facts.author == user("anna"));
  CHECK(notice.facts.ordinal == Ordinal{2});
  CHECK(notice.content.value().text == "anna added zoe");
  CHECK(notice.content.value().metadata == R"({"event":"member_added","user_ids":["zoe"],"count":1})");
}

TEST_CASE("removing and leaving are told apart") {
  World world = group_of_three();
  const auto removed = notice_of(world.given(as("anna"), telling(remove("ben")))).content.value();
  CHECK(removed.text == "anna removed ben");
  CHECK(removed.metadata == R"({"event":"member_removed","user_ids":["ben"],"count":1})");
  const auto left = notice_of(world.given(as("carl"), telling(remove("carl")))).content.value();
  CHECK(left.text == "carl left");
  CHECK(left.metadata == R"({"event":"member_left","user_ids":["carl"],"count":1})");
}

TEST_CASE("a crowd is counted, not listed") {
  World world = group_of_three();
  std::vector<MemberEntry> crowd;
  for (int i = 0; i < 150; ++i) crowd.push_back({user("u" + std::to_string(100 + i)), Role::member});
  const auto content = notice_of(world.given(as("anna"), telling(add(crowd)))).content.value();
  CHECK(content.text == "anna added u100, u101, u102 and 147 more");
  CHECK(content.metadata.find("\"u199\"") != std::string::npos);
  CHECK(content.metadata.find("\"u200\"") == std::string::npos);
  CHECK(content.metadata.ends_with("\"count\":150}"));
}

TEST_CASE("only who came is told of, and nobody where nothing changed") {
  World world = group_of_three();
  const auto both = add({{user("ben"), Role::member}, {user("zoe"), Role::member}});
  CHECK(notice_of(world.given(as("anna"), telling(both))).content.value().text == "anna added zoe");
  CHECK(changes_nothing(world.ask(as("anna"), telling(add({{user("ben"), Role::member}})))));
  CHECK(changes_nothing(world.ask(as("anna"), telling(remove("nobody")))));
}

TEST_CASE("without a notice nothing is said") {
  World world = group_of_three();
  CHECK(world.given(as("anna"), add({{user("zoe"), Role::member}})).events.size() == 1);
  CHECK(world.given(as("anna"), remove("zoe")).events.size() == 1);
}

TEST_CASE("a name is quoted in the metadata") {
  World world = group_of_three();
  const auto content = notice_of(world.given(as("anna"), telling(add({{user("o\"h"), Role::member}})))).content.value();
  CHECK(content.metadata == R"({"event":"member_added","user_ids":["o\"h"],"count":1})");
}

TEST_CASE("the joiner sees the notice where history begins with the join") {
  World world = group_of_three();
  SettingsPatch patch;
  patch.history = History::from_join;
  world.given(as("anna"), with_settings(patch));
  world.given(as("anna"), telling(add({{user("zoe"), Role::member}})));
  CHECK_FALSE(changes_nothing(world.ask(as("zoe"), react(9, "+"))));
}

TEST_CASE("a notice is a repeat of a request with a notice only") {
  CHECK(canonical_bytes(telling(remove("ben"))) != canonical_bytes(remove("ben")));
  auto other = telling(remove("ben"));
  other.notice = message_id(8);
  CHECK(canonical_bytes(telling(remove("ben"))) == canonical_bytes(other));
}

}  // namespace hansard::domain::testing

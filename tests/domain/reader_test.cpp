// Facts about a user's own pointers and flags.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

World with_three_messages() {
  World world = group_of_three();
  for (std::uint8_t number = 1; number <= 3; ++number) world.given(as("anna"), text(number, "hello"));
  return world;
}

ReaderState bens(const World& world) { return world.state.reader(conversation_id(1), user("ben")); }

FlagConversation flags(std::optional<bool> archived, std::optional<bool> muted, std::optional<bool> pinned) {
  return {conversation_id(1), archived, muted, pinned};
}

}  // namespace

TEST_CASE("reading raises the reader's own pointer in his own stream") {
  World world = with_three_messages();
  const auto decision = world.perform(as("ben"), read_to(2));
  CHECK(only_event<ReadAdvanced>(decision) == ReadAdvanced{conversation_id(1), user("ben"), Ordinal{2}});
  CHECK(bens(world).read_up_to == Ordinal{2});
  CHECK(world.log.back().stream == base::stream_of_user(user("ben")));
  CHECK(world.log.back().version == Version{1});
  CHECK(world.state.conversation(conversation_id(1))->version == Version{4});
}

TEST_CASE("reading a message is reading up to its ordinal") {
  World world = with_three_messages();
  const auto decision = world.ask(as("ben"), read_message(3));
  CHECK(only_event<ReadAdvanced>(decision).up_to == Ordinal{3});
  CHECK(accepted(decision).conversation == conversation_id(1));
  CHECK(accepted(decision).message == message_id(3));
}

TEST_CASE("a message of another conversation than the one named is not found") {
  const World world = with_three_messages();
  auto command = read_message(3);
  command.conversation = conversation_id(1);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), command)));
  command.conversation = conversation_id(2);
  CHECK(code_of(world.ask(as("ben"), command)) == RejectionCode::not_found);
}

TEST_CASE("a tombstone can be read") {
  World world = with_three_messages();
  world.given(as("anna"), erase_for_all(3));
  CHECK(only_event<ReadAdvanced>(world.ask(as("ben"), read_message(3))).up_to == Ordinal{3});
}

TEST_CASE("a read at or below the pointer changes nothing") {
  World world = with_three_messages();
  world.given(as("ben"), read_to(2));
  CHECK(changes_nothing(world.ask(as("ben"), read_to(2))));
  CHECK(changes_nothing(world.ask(as("ben"), read_to(1))));
  CHECK(changes_nothing(world.ask(as("carl"), read_to(0))));
}

TEST_CASE("a read that only clears the marker lowers no pointer and is nothing that others could be told of") {
  World world = with_three_messages();
  world.given(as("ben"), read_to(3));
  for (const std::uint64_t up_to : {0u, 1u, 3u}) {
    world.given(as("ben"), unread_from(1));
    CHECK(bens(world).marked_from == Ordinal{1});
    CHECK(only_event<ReadAdvanced>(world.perform(as("ben"), read_to(up_to))).up_to == Ordinal{0});
    CHECK_FALSE(bens(world).marked_from);
    CHECK(bens(world).read_up_to == Ordinal{3});
  }
}

TEST_CASE("a read that advances clears the marker, too") {
  World world = with_three_messages();
  world.given(as("ben"), read_to(2));
  world.given(as("ben"), unread_from(1));
  CHECK(only_event<ReadAdvanced>(world.perform(as("ben"), read_to(3))).up_to == Ordinal{3});
  CHECK_FALSE(bens(world).marked_from);
}

TEST_CASE("nobody reads or receives beyond the end") {
  const World world = with_three_messages();
  CHECK(code_of(world.ask(as("ben"), read_to(4))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("ben"), delivered_to(4))) == RejectionCode::invalid);
}

TEST_CASE("delivered is cumulative, rises on its own and is not implied by reading") {
  World world = with_three_messages();
  world.given(as("ben"), read_to(3));
  CHECK(bens(world).delivered_up_to == Ordinal{0});
  CHECK(only_event<DeliveredAdvanced>(world.perform(as("ben"), delivered_to(2))).up_to == Ordinal{2});
  CHECK(bens(world).delivered_up_to == Ordinal{2});
  CHECK(changes_nothing(world.ask(as("ben"), delivered_to(2))));
  CHECK(changes_nothing(world.ask(as("ben"), delivered_to(1))));
}

TEST_CASE("delivered leaves the marker alone") {
  World world = with_three_messages();
  world.given(as("ben"), read_to(3));
  world.given(as("ben"), unread_from(1));
  world.given(as("ben"), delivered_to(3));
  CHECK(bens(world).marked_from == Ordinal{1});
}

TEST_CASE("unread is marked from a message that is there, and again changes nothing") {
  World world = with_three_messages();
  world.given(as("ben"), read_to(3));
  CHECK(code_of(world.ask(as("ben"), unread_from(0))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("ben"), unread_from(4))) == RejectionCode::invalid);
  CHECK(only_event<UnreadMarked>(world.perform(as("ben"), unread_from(2))).from == Ordinal{2});
  CHECK(changes_nothing(world.ask(as("ben"), unread_from(2))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), unread_from(3))));
}

TEST_CASE("marking as unread what is unread anyway changes nothing, so that it reads nothing") {
  World world = with_three_messages();
  CHECK(changes_nothing(world.ask(as("ben"), unread_from(2))));
  world.given(as("ben"), read_to(2));
  CHECK(changes_nothing(world.ask(as("ben"), unread_from(3))));
  world.given(as("ben"), unread_from(1));
  CHECK(changes_nothing(world.ask(as("ben"), unread_from(3))));
  CHECK(bens(world).marked_from == Ordinal{1});
}

TEST_CASE("a marker above the pointer, of an older log, gives way to one below it") {
  World world = with_three_messages();
  ReaderState marked;
  marked.marked_from = Ordinal{3};
  world.state.put_reader(conversation_id(1), user("ben"), marked);
  CHECK(changes_nothing(world.ask(as("ben"), unread_from(3))));
  CHECK(only_event<UnreadMarked>(world.ask(as("ben"), unread_from(2))).from == Ordinal{2});
}

TEST_CASE("a flag that is not named stays, and no change is no event") {
  World world = with_three_messages();
  CHECK(changes_nothing(world.ask(as("ben"), flags({}, {}, {}))));
  CHECK(changes_nothing(world.ask(as("ben"), flags(false, false, false))));
  world.given(as("ben"), flags(true, {}, {}));
  const auto event = only_event<ConversationFlagged>(world.perform(as("ben"), flags({}, true, {})));
  CHECK(event == ConversationFlagged{conversation_id(1), user("ben"), true, true, false});
  CHECK(changes_nothing(world.ask(as("ben"), flags(true, true, false))));
}

TEST_CASE("pointers and flags are each user's own") {
  World world = with_three_messages();
  world.given(as("ben"), read_to(3));
  world.given(as("ben"), flags(true, true, true));
  CHECK(world.state.reader(conversation_id(1), user("carl")) == ReaderState{});
}

TEST_CASE("sending moves no pointer, the sender's own neither, and unarchives nothing") {
  World world = with_three_messages();
  world.given(as("ben"), flags(true, {}, {}));
  const auto before = bens(world);
  world.given(as("anna"), text(4, "hello"));
  world.given(as("ben"), text(5, "hello"));
  CHECK(bens(world) == before);
}

}  // namespace hansard::domain::testing

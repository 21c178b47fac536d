// Facts about folding events that decide would not make now: of another time, of another build.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

std::vector<EventBody> one_of_each(const ConversationId& id) {
  MessageFacts facts;
  facts.conversation = id;
  facts.message = message_id(1);
  facts.ordinal = Ordinal{1};
  const auto ben = user("ben");
  return {ConversationUpdated{id, {}, {}},
          ConversationClosed{id},
          MemberAdded{id, {{ben, Role::member}}, Ordinal{1}},
          MemberRemoved{id, ben},
          MemberRoleChanged{id, ben, Role::admin},
          MessageSent{facts, {}},
          MessageEdited{facts, {}},
          MessageDeleted{facts},
          ReadAdvanced{id, ben, Ordinal{1}},
          DeliveredAdvanced{id, ben, Ordinal{1}},
          UnreadMarked{id, ben, Ordinal{1}},
          ConversationFlagged{id, ben, true, true, true},
          MessageExpired{facts},
          ReactionAdded{id, facts.message, facts.ordinal, ben, ReactionContent{"👍"}},
          ReactionRemoved{id, facts.message, facts.ordinal, ben, ReactionContent{"👍"}},
          NotificationDue{id, facts.message, facts.ordinal, ben},
          ScheduleCancelled{id, facts.message, ben, ""},
          LossAccepted{Position{1}, 2}};
}

}  // namespace

TEST_CASE("an event of a conversation that is not there moves its stream and invents no conversation") {
  for (const auto& body : one_of_each(conversation_id(1))) {
    World world;
    const auto event = world.happened(body, user("ben"));
    CHECK(world.state.stream_version(event.stream) == Version{1});
    CHECK(world.state.conversations.empty());
    CHECK(world.state.members.empty());
    CHECK(world.state.messages.empty());
  }
}

TEST_CASE("an event of an unknown type moves the version of its conversation and nothing else") {
  World world = group_of_three();
  auto wanted = world.state.conversation(conversation_id(1)).value();
  world.happened_unknown(base::stream_of(conversation_id(1)));
  wanted.version = Version{2};
  CHECK(world.state.conversation(conversation_id(1)) == wanted);
  CHECK(world.state.stream_version(base::stream_of(conversation_id(1))) == Version{2});
}

TEST_CASE("an event of an unknown type in a user's stream moves that stream") {
  World world = group_of_three();
  const auto before = world.state.conversations;
  world.happened_unknown(base::stream_of_user(user("ben")));
  CHECK(world.state.conversations == before);
  CHECK(world.state.stream_version(base::stream_of_user(user("ben"))) == Version{1});
}

TEST_CASE("an accepted loss is an event of the system's stream") {
  World world;
  const auto event = world.happened(LossAccepted{Position{7}, 2}, user("operator"));
  CHECK(event.stream.is_nil());
  CHECK(world.state.stream_version({}) == Version{1});
}

TEST_CASE("a member who is added again keeps his role and is counted once") {
  World world = group_of_three();
  world.happened(MemberAdded{conversation_id(1), {{user("ben"), Role::owner}}, {}}, user("anna"));
  CHECK(world.state.conversation(conversation_id(1))->member_count == 3);
  CHECK(world.state.member(conversation_id(1), user("ben"))->role == Role::member);
}

TEST_CASE("somebody who is not a member is removed without being counted") {
  World world = group_of_three();
  world.happened(MemberRemoved{conversation_id(1), user("zoe")}, user("anna"));
  CHECK(world.state.conversation(conversation_id(1))->member_count == 3);
}

TEST_CASE("an event whose content was erased folds to the same state") {
  World whole = group_of_three();
  World erased = group_of_three();
  whole.given(as("ben"), text(1, "one"));
  auto sent = std::get<MessageSent>(*whole.log.back().body);
  sent.content.reset();
  erased.happened(sent, user("ben"));
  CHECK(whole.state == erased.state);
}

TEST_CASE("when a member last sent is kept only where slow mode asks for it") {
  World world = group_of_three();
  world.given(as("ben"), text(1, "one"));
  CHECK(world.state.reader(conversation_id(1), user("ben")).last_sent == Timestamp{});
  SettingsPatch patch;
  patch.slow_mode_s = 1;
  world.given(as("anna"), with_settings(patch));
  world.given(as("ben"), text(2, "two"));
  CHECK(world.state.reader(conversation_id(1), user("ben")).last_sent == world.now);
}

}  // namespace hansard::domain::testing

// Facts about erasures, legal holds and audited reads.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

ErasureId erasure_id(std::uint8_t number) { return {{0xe0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number}}; }
HoldId hold_id(std::uint8_t number) { return {{0xd0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number}}; }

RequestErasure erasure_of(const ErasureScope& scope, std::uint8_t number = 1) {
  return {erasure_id(number), scope, "asked for"};
}
PlaceHold hold_on(const HoldScope& scope, std::uint8_t number = 1) { return {hold_id(number), scope, "case 7"}; }
ReleaseHold release(std::uint8_t number = 1) { return {hold_id(number), ""}; }

World with_messages() {
  World world = group_of_three();
  world.given(as("ben"), text(1, "one"));
  world.given(as("carl"), text(2, "two"));
  return world;
}

SendMessage in_a_minute(const World& world) {
  auto command = text(1, "later");
  command.send_at = Timestamp{world.now.ms + 60'000};
  return command;
}

// ben had scheduled message 1.
World with_a_cancelled() {
  World world = group_of_three();
  world.given(as("ben"), in_a_minute(world));
  world.given(as("ben"), erase_for_all(1));
  return world;
}

const Caller kServer = server_about("");

}  // namespace

TEST_CASE("an administrator asks for an erasure, and nothing happens yet but that") {
  World world = with_messages();
  CHECK(code_of(world.ask(as("anna"), erasure_of(message_id(1)))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(service_as("anna"), erasure_of(message_id(1)))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(admin_as("root"), erasure_of(message_id(9)))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(admin_as("root"), erasure_of(conversation_id(9)))) == RejectionCode::not_found);
  const Accepted asked = world.given(admin_as("root"), erasure_of(message_id(1)));
  CHECK(asked.created);
  CHECK(std::get<ErasureRequested>(asked.events.front()).content == ReasonContent{"asked for"});
  CHECK(world.state.message(message_id(1))->status == MessageStatus::live);
}

TEST_CASE("the eraser erases a message once, and only for an erasure that is open") {
  World world = with_messages();
  const EraseMessage command{erasure_id(1), message_id(1)};
  CHECK(code_of(world.ask(kServer, command)) == RejectionCode::not_found);
  world.given(admin_as("root"), erasure_of(message_id(1)));
  CHECK(code_of(world.ask(admin_as("root"), command)) == RejectionCode::not_found);
  CHECK(only_event<MessageErased>(world.perform(kServer, command)).erasure == erasure_id(1));
  CHECK(world.state.message(message_id(1))->status == MessageStatus::erased);
  CHECK(changes_nothing(world.ask(kServer, command)));
  CHECK(code_of(world.ask(as("ben"), edit(1, "again"))) == RejectionCode::gone);
  CHECK(code_of(world.ask(admin_as("root"), erasure_of(message_id(1), 2))) == RejectionCode::gone);
  world.given(kServer, CompleteErasure{erasure_id(1), 1, 1, Position{9}});
  CHECK(code_of(world.ask(kServer, EraseMessage{erasure_id(1), message_id(2)})) == RejectionCode::not_found);
}

TEST_CASE("what waited and was cancelled is erased by its id, once") {
  World world = with_a_cancelled();
  world.given(admin_as("root"), erasure_of(message_id(1)));
  CHECK(changes_nothing(world.ask(kServer, EraseMessage{erasure_id(1), message_id(1)})));
  world.given(kServer, CompleteErasure{erasure_id(1), 0, 1, Position{9}});
  CHECK(code_of(world.ask(admin_as("root"), erasure_of(message_id(1), 2))) == RejectionCode::gone);
  CHECK(changes_nothing(world.ask(as("ben"), in_a_minute(world))));
}

TEST_CASE("a hold keeps what waited and was cancelled") {
  World world = with_a_cancelled();
  SECTION("from the request on") {
    world.given(admin_as("root"), hold_on(conversation_id(1)));
    const auto conflict = only_event<HoldConflict>(world.ask(admin_as("root"), erasure_of(message_id(1))));
    CHECK(conflict.message == message_id(1));
  }
  SECTION("from the moment it is placed") {
    world.given(admin_as("root"), erasure_of(message_id(1)));
    world.given(admin_as("root"), hold_on(conversation_id(1)));
    CHECK(only_event<HoldConflict>(world.ask(kServer, EraseMessage{erasure_id(1), message_id(1)})).message ==
          message_id(1));
  }
}

TEST_CASE("the reactions under an erased message go with it") {
  World world = with_messages();
  world.given(as("anna"), react(1, "+"));
  world.given(as("carl"), react(1, "-"));
  world.given(admin_as("root"), erasure_of(message_id(1)));
  world.given(kServer, EraseMessage{erasure_id(1), message_id(1)});
  CHECK(world.state.reactions(message_id(1)).empty());
  CHECK(world.state.reactors(message_id(1)).empty());
}

TEST_CASE("an erased user's reactions are taken back, those of others stay") {
  World world = with_messages();
  world.given(as("anna"), react(1, "+"));
  world.given(as("carl"), react(1, "+"));
  world.given(as("carl"), react(1, "-"));
  world.given(admin_as("root"), erasure_of(user("carl")));
  const auto taken =
      only_event<ReactionRemoved>(world.perform(kServer, WithdrawReactions{erasure_id(1), message_id(1)}));
  CHECK_FALSE(taken.content);
  CHECK(world.state.reactions(message_id(1)) == std::vector<EmojiCount>{{"+", 1}});
  CHECK(world.state.reactions_by(message_id(1), user("carl")).empty());
}

TEST_CASE("an erased conversation is closed and gone") {
  World world = with_messages();
  world.given(admin_as("root"), erasure_of(conversation_id(1)));
  only_event<ConversationErased>(world.perform(kServer, EraseSubject{erasure_id(1)}));
  CHECK(code_of(world.ask(as("ben"), text(3, "more"))) == RejectionCode::gone);
  CHECK(code_of(world.ask(as("anna"), close())) == RejectionCode::gone);
  CHECK(code_of(world.ask(admin_as("root"), erasure_of(conversation_id(1), 2))) == RejectionCode::gone);
  CHECK(changes_nothing(world.ask(kServer, EraseSubject{erasure_id(1)})));
}

TEST_CASE("a hold placed on a conversation keeps an erasure of it that is under way from closing it") {
  World world = with_messages();
  world.given(admin_as("root"), erasure_of(conversation_id(1)));
  world.given(admin_as("root"), hold_on(conversation_id(1)));
  CHECK(code_of(world.ask(kServer, EraseSubject{erasure_id(1)})) == RejectionCode::legal_hold);
  world.given(as("ben"), text(3, "more"));
  world.given(admin_as("root"), release());
  only_event<ConversationErased>(world.perform(kServer, EraseSubject{erasure_id(1)}));
}

TEST_CASE("a hold on the conversation or on the author forbids an erasure, and the conflict is an event") {
  for (const HoldScope& scope : {HoldScope(conversation_id(1)), HoldScope(user("ben"))}) {
    World world = with_messages();
    world.given(admin_as("root"), hold_on(scope));
    const auto conflict = only_event<HoldConflict>(world.perform(admin_as("root"), erasure_of(message_id(1))));
    CHECK(conflict.hold == hold_id(1));
    CHECK(conflict.erasure == erasure_id(1));
    CHECK(conflict.asked == ErasureScope(message_id(1)));
    CHECK_FALSE(world.state.erasure(erasure_id(1)));
    world.given(admin_as("root"), release());
    only_event<ErasureRequested>(world.perform(admin_as("root"), erasure_of(message_id(1), 2)));
  }
}

TEST_CASE("a hold placed while an erasure is under way keeps what is not erased yet") {
  World world = with_messages();
  world.given(admin_as("root"), erasure_of(user("ben")));
  world.given(admin_as("root"), hold_on(conversation_id(1)));
  const EraseMessage command{erasure_id(1), message_id(1)};
  only_event<HoldConflict>(world.perform(kServer, command));
  CHECK(code_of(world.ask(kServer, command)) == RejectionCode::legal_hold);  // said once
  CHECK(code_of(world.ask(kServer, WithdrawReactions{erasure_id(1), message_id(1)})) == RejectionCode::legal_hold);
  world.given(admin_as("root"), release());
  only_event<MessageErased>(world.perform(kServer, command));
}

TEST_CASE("a hold on the user himself keeps his reactions and files, and his erasure does not go on") {
  World world = with_messages();
  world.given(as("carl"), react(1, "+"));
  world.given(as("carl"), RecordFile{file_id(1), {}, 1, {"a.txt", "text/plain"}});
  world.given(admin_as("root"), erasure_of(user("carl")));
  only_event<UserErased>(world.perform(kServer, EraseSubject{erasure_id(1)}));
  CHECK(changes_nothing(world.ask(kServer, EraseSubject{erasure_id(1), true})));
  world.given(admin_as("root"), hold_on(user("carl")));
  CHECK(code_of(world.ask(kServer, EraseSubject{erasure_id(1), true})) == RejectionCode::legal_hold);
  only_event<HoldConflict>(world.perform(kServer, WithdrawReactions{erasure_id(1), message_id(1)}));
  CHECK(code_of(world.ask(kServer, EraseFile{erasure_id(1), file_id(1), {}})) == RejectionCode::legal_hold);
}

TEST_CASE("what waits for its time is erased by its id: it is cancelled, unless a hold keeps it") {
  World world = with_messages();
  SendMessage later = text(3, "later");
  later.send_at = Timestamp{world.now.ms + 3'600'000};
  world.given(as("ben"), later);
  world.given(admin_as("root"), hold_on(conversation_id(1)));
  only_event<HoldConflict>(world.perform(admin_as("root"), erasure_of(message_id(3))));
  world.given(admin_as("root"), release());
  only_event<ErasureRequested>(world.perform(admin_as("root"), erasure_of(message_id(3), 2)));
  world.given(admin_as("root"), hold_on(user("ben"), 2));
  const EraseMessage command{erasure_id(2), message_id(3)};
  only_event<HoldConflict>(world.perform(kServer, command));
  CHECK(code_of(world.ask(kServer, command)) == RejectionCode::legal_hold);
  world.given(admin_as("root"), release(2));
  CHECK(only_event<ScheduleCancelled>(world.perform(kServer, command)).user == user("ben"));
  CHECK_FALSE(world.state.waiting(message_id(3)));
  CHECK(changes_nothing(world.ask(kServer, command)));
}

TEST_CASE("a file of an erased user stays while a hold keeps a message that came with it") {
  World world = with_messages();
  world.given(as("ben"), RecordFile{file_id(1), {}, 1, {"a.txt", "text/plain"}});
  world.given(as("ben"), DeleteMessage{message_id(1), {}});
  world.given(admin_as("root"), erasure_of(user("ben")));
  world.given(admin_as("root"), hold_on(conversation_id(1)));
  const EraseFile command{erasure_id(1), file_id(1), {message_id(1)}};
  CHECK(only_event<HoldConflict>(world.perform(kServer, command)).erasure == erasure_id(1));
  CHECK(code_of(world.ask(kServer, command)) == RejectionCode::legal_hold);
  CHECK_FALSE(world.state.file(file_id(1))->collected);
  world.given(admin_as("root"), release());
  only_event<FileCollected>(world.perform(kServer, command));
  CHECK(changes_nothing(world.ask(kServer, command)));
}

TEST_CASE("a hold on a conversation keeps an erased user's reactions there, and says so") {
  World world = with_messages();
  world.given(as("carl"), react(1, "+"));
  world.given(admin_as("root"), erasure_of(user("carl")));
  world.given(admin_as("root"), hold_on(conversation_id(1)));
  const WithdrawReactions command{erasure_id(1), message_id(1)};
  only_event<HoldConflict>(world.perform(kServer, command));
  CHECK(code_of(world.ask(kServer, command)) == RejectionCode::legal_hold);
  CHECK(world.state.reactions(message_id(1)).size() == 1);
}

TEST_CASE("of two holds the erasure waits for both") {
  World world = with_messages();
  world.given(admin_as("root"), hold_on(conversation_id(1), 1));
  world.given(admin_as("root"), hold_on(conversation_id(1), 2));
  world.given(admin_as("root"), release(1));
  CHECK(only_event<HoldConflict>(world.perform(admin_as("root"), erasure_of(message_id(1)))).hold == hold_id(2));
  CHECK(changes_nothing(world.ask(admin_as("root"), release(1))));
  CHECK(code_of(world.ask(admin_as("root"), release(9))) == RejectionCode::not_found);
}

TEST_CASE("retention waits for a hold, and says so once") {
  World world = group_of_three();
  SettingsPatch patch;
  patch.retention_s = 60;
  world.given(as("anna"), with_settings(patch));
  world.given(as("ben"), text(1, "one"));
  world.given(as("ben"), text(2, "two"));
  world.given(admin_as("root"), hold_on(conversation_id(1)));
  world.pass_ms(61'000);
  const auto conflict = only_event<HoldConflict>(world.perform(kServer, ExpireMessage{message_id(1)}));
  CHECK_FALSE(conflict.erasure);
  CHECK(conflict.conversation == conversation_id(1));
  CHECK(conflict.message == message_id(1));
  CHECK(changes_nothing(world.ask(kServer, ExpireMessage{message_id(1)})));
  CHECK(changes_nothing(world.ask(kServer, ExpireMessage{message_id(2)})));
  world.given(admin_as("root"), release());
  only_event<MessageExpired>(world.perform(kServer, ExpireMessage{message_id(1)}));
}

TEST_CASE("only the audit scope's reads are recorded, in the reader's own stream") {
  World world = with_messages();
  const RecordAuditRead command{"history.as_of", conversation_id(1), {}, user("ben"), "as_of=1-7"};
  CHECK(code_of(world.ask(as("anna"), command)) == RejectionCode::forbidden);
  Caller auditor = as("eve");
  auditor.audit = true;
  const auto read = only_event<AuditRead>(world.perform(auditor, command));
  CHECK(read.user == user("eve"));
  CHECK(read.about == user("ben"));
  CHECK(stream_of(EventBody(read)) == base::stream_of_user(user("eve")));
}

TEST_CASE("a log whose records were erased folds to what the erasure left") {
  World world = with_messages();
  world.given(as("anna"), react(2, "b"));
  world.given(as("carl"), react(2, "a"));
  world.given(as("anna"), react(2, "a"));
  world.given(admin_as("root"), erasure_of(user("carl")));
  world.given(kServer, EraseMessage{erasure_id(1), message_id(2)});
  world.given(kServer, WithdrawReactions{erasure_id(1), message_id(1)});
  support::MapState folded;
  for (RecordedEvent event : world.log) {
    std::visit(
        [](auto& body) {
          if constexpr (requires { body.content.reset(); }) body.content.reset();
        },
        *event.body);
    folded.apply(event);
  }
  CHECK(folded.messages == world.state.messages);
  CHECK(folded.emojis == world.state.emojis);
  CHECK(folded.emoji_counts == world.state.emoji_counts);
  CHECK(folded == world.state);
}

}  // namespace hansard::domain::testing

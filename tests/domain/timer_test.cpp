// Facts about expiry and notifications: timers propose, decide looks again.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

constexpr std::int64_t kRetentionMs = 10'000;

// anna said message 1; what is said is kept for ten seconds.
World with_retention(std::uint32_t seconds = 10) {
  World world = group_of_three();
  SettingsPatch patch;
  patch.retention_s = seconds;
  world.given(as("anna"), with_settings(patch));
  world.given(as("anna"), text(1, "one"));
  return world;
}

Decision expire(const World& world) { return world.ask(server_about(""), ExpireMessage{message_id(1)}); }

Decision notify(const World& world, const std::string& name, std::uint8_t message = 1) {
  return world.ask(server_about(name), NotifyMember{message_id(message)});
}

}  // namespace

TEST_CASE("a message expires when its retention has run out by log time") {
  World world = with_retention();
  world.pass_ms(kRetentionMs - 1);
  CHECK(changes_nothing(expire(world)));
  world.pass_ms(1);
  CHECK(only_event<MessageExpired>(expire(world)).facts == world.state.message(message_id(1))->facts);
}

TEST_CASE("an import expires by when it came, not by when it says it was said") {
  World world = with_retention();
  auto command = text(2, "long ago");
  command.origin_time = Timestamp{1};
  world.given(service_as("anna"), command);
  CHECK(changes_nothing(world.ask(server_about(""), ExpireMessage{message_id(2)})));
}

TEST_CASE("without retention, and once gone, nothing expires") {
  World world = with_retention(0);
  world.pass_ms(1'000 * kRetentionMs);
  CHECK(changes_nothing(expire(world)));
  World deleted = with_retention();
  deleted.given(as("anna"), erase_for_all(1));
  deleted.pass_ms(kRetentionMs);
  CHECK(changes_nothing(expire(deleted)));
}

TEST_CASE("an expired message expires once, is not edited, and deleting it changes nothing") {
  World world = with_retention();
  world.pass_ms(kRetentionMs);
  const auto version = world.state.conversation(conversation_id(1))->version;
  world.given(server_about(""), ExpireMessage{message_id(1)});
  CHECK(changes_nothing(expire(world)));
  CHECK(world.state.message(message_id(1))->status == MessageStatus::expired);
  CHECK(world.state.message(message_id(1))->version == version.next());
  CHECK(code_of(world.ask(as("anna"), edit(1, "late"))) == RejectionCode::message_deleted);
  CHECK(changes_nothing(world.ask(as("anna"), erase_for_all(1))));
}

TEST_CASE("messages expire in a closed conversation too") {
  World world = with_retention();
  world.given(as("anna"), close());
  world.pass_ms(kRetentionMs);
  CHECK_FALSE(changes_nothing(expire(world)));
}

TEST_CASE("a member who has not acknowledged a message is notified") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  const auto due = only_event<NotificationDue>(notify(world, "ben"));
  CHECK(due.user == user("ben"));
  CHECK(due.message == message_id(1));
  CHECK(due.ordinal == Ordinal{1});
}

TEST_CASE("who has read or received it, muted it or left is not, nor is its author") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  CHECK(changes_nothing(notify(world, "anna")));
  CHECK(code_of(notify(world, "zoe")) == RejectionCode::not_found);
  World read = world;
  read.given(as("ben"), read_to(1));
  CHECK(changes_nothing(notify(read, "ben")));
  World delivered = world;
  delivered.given(as("ben"), delivered_to(1));
  CHECK(changes_nothing(notify(delivered, "ben")));
  World muted = world;
  muted.given(as("ben"), FlagConversation{conversation_id(1), {}, true, {}});
  CHECK(changes_nothing(notify(muted, "ben")));
  World left = world;
  left.given(as("ben"), remove("ben"));
  CHECK(code_of(notify(left, "ben")) == RejectionCode::not_found);
}

TEST_CASE("nobody is notified of what is deleted or said by the system") {
  World world = group_of_three();
  auto notice = text(1, "anna added ben");
  notice.type = MessageType::system;
  world.given(service_as("anna"), notice);
  CHECK(changes_nothing(notify(world, "ben")));
  world.given(as("anna"), text(2, "two"));
  world.given(as("anna"), erase_for_all(2));
  CHECK(changes_nothing(notify(world, "ben", 2)));
}

TEST_CASE("who blocked the other of a direct conversation is not notified of what he wrote before") {
  World world;
  world.given(as("ben"), direct({"anna"}));
  auto command = text(1, "hello");
  command.conversation = direct_of("anna", "ben");
  world.given(as("ben"), command);
  CHECK_FALSE(changes_nothing(notify(world, "anna")));
  world.given(as("anna"), block("ben"));
  CHECK(changes_nothing(notify(world, "anna")));
}

}  // namespace hansard::domain::testing

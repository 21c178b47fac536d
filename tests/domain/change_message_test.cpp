// Facts about editing and deleting.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

// ben (member) said `one` as message 1, anna (owner) `two` as message 2.
World with_messages(const SettingsPatch& patch = {}) {
  World world;
  auto command = group(1, {"ben", "carl"});
  command.settings = patch;
  world.given(as("anna"), command);
  world.given(as("ben"), text(1, "one"));
  world.given(as("anna"), text(2, "two"));
  return world;
}

World with_edit_window(std::uint32_t seconds) {
  SettingsPatch patch;
  patch.edit_window_s = seconds;
  return with_messages(patch);
}

World with_delete_window(std::uint32_t seconds) {
  SettingsPatch patch;
  patch.delete_window_s = seconds;
  return with_messages(patch);
}

void set_status(World& world, std::uint8_t message, MessageStatus status) {
  auto state = world.state.message(message_id(message)).value();
  state.status = status;
  world.state.put_message(message_id(message), state);
}

// zoe, whose history begins after her first membership, and her message 3 from before it.
World with_a_returned_author() {
  SettingsPatch patch;
  patch.history = History::from_join;
  World world = with_messages(patch);
  world.given(as("anna"), add({{user("zoe"), Role::member}}));
  world.given(as("zoe"), text(3, "before"));
  world.given(as("zoe"), remove("zoe"));
  world.given(as("anna"), add({{user("zoe"), Role::member}}));
  return world;
}

}  // namespace

TEST_CASE("an edit carries the message's facts and its whole new content") {
  World world = group_of_three();
  world.happened(FileUploaded{user("ben"), {}, {}, 5, FileContent{"a.png", "image/png"}}, user("ben"));
  auto command = text(1, "one");
  command.content.metadata = R"({"a":1})";
  command.content.attachments.resize(1);
  const auto sent = only_event<MessageSent>(world.perform(as("ben"), command));
  world.pass_ms(5);
  const auto edited = only_event<MessageEdited>(world.ask(as("ben"), edit(1, "uno")));
  CHECK(edited.facts == sent.facts);
  auto wanted = *sent.content;
  wanted.text = "uno";
  CHECK(edited.content == wanted);
}

TEST_CASE("an edit replaces metadata and mentions where they are given") {
  World world = with_messages();
  auto command = edit(1, "@carl");
  command.metadata = R"({"b":2})";
  command.mentions = {{user("carl"), 0, 5, false}};
  const auto content = only_event<MessageEdited>(world.perform(as("ben"), command)).content.value();
  CHECK(content.metadata == R"({"b":2})");
  CHECK(content.mentions.at(0).counts);
  CHECK(only_event<MessageEdited>(world.ask(as("ben"), edit(1, "carl"))).content.value().mentions.empty());
}

namespace {
EditMessage mentioning_carl(std::string content) {
  auto command = edit(1, std::move(content));
  command.mentions = {{user("carl"), 0, 5, false}};
  return command;
}

bool counts(const Decision& decision) {
  return only_event<MessageEdited>(decision).content.value().mentions.at(0).counts;
}
}  // namespace

TEST_CASE("whether whom only an edit mentions counts is decided when it is edited") {
  World world = with_messages();
  world.given(as("carl"), remove("carl"));
  CHECK_FALSE(counts(world.ask(as("ben"), mentioning_carl("@carl"))));
}

TEST_CASE("an edit leaves it as it was for whom the message mentioned before") {
  World world = with_messages();
  SECTION("a member then, away now") {
    CHECK(counts(world.perform(as("ben"), mentioning_carl("@carl"))));
    world.given(as("carl"), remove("carl"));
    CHECK(counts(world.ask(as("ben"), mentioning_carl("@carl!"))));
  }
  SECTION("away then, a member now") {
    world.given(as("carl"), remove("carl"));
    CHECK_FALSE(counts(world.perform(as("ben"), mentioning_carl("@carl"))));
    world.given(as("anna"), add({{user("carl"), Role::member}}));
    CHECK_FALSE(counts(world.ask(as("ben"), mentioning_carl("@carl!"))));
  }
}

TEST_CASE("an edit moves the message's version and position, not its ordinal") {
  World world = with_messages();
  world.given(as("ben"), edit(1, "uno"));
  const auto message = world.state.message(message_id(1)).value();
  CHECK(message.version == Version{4});
  CHECK(message.position == Position{4});
  CHECK(message.sent_position == Position{2});
  CHECK(message.facts.ordinal == Ordinal{1});
}

TEST_CASE("only the author edits, or a service acting as him") {
  const World world = with_messages();
  CHECK(code_of(world.ask(as("anna"), edit(1, "uno"))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(service_as("anna"), edit(1, "uno"))) == RejectionCode::forbidden);
  CHECK_FALSE(changes_nothing(world.ask(service_as("ben"), edit(1, "uno"))));
}

TEST_CASE("who may only read does not edit, who may not post any more does") {
  World world = with_messages();
  SettingsPatch patch;
  patch.who_may_post = WhoMayPost::admins;
  world.given(as("anna"), with_settings(patch));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), edit(1, "uno"))));
  world.given(as("anna"), make("ben", Role::read_only));
  CHECK(code_of(world.ask(as("ben"), edit(1, "uno"))) == RejectionCode::read_only);
}

TEST_CASE("an edit to the same content changes nothing") {
  World world = with_messages();
  CHECK(changes_nothing(world.ask(as("ben"), edit(1, "one"))));
  world.given(as("ben"), edit(1, "uno"));
  CHECK(changes_nothing(world.ask(as("ben"), edit(1, "uno"))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), edit(1, "one"))));
}

TEST_CASE("a deleted or expired message is not edited, an erased one is gone") {
  World world = with_messages();
  world.given(as("ben"), erase_for_all(1));
  CHECK(code_of(world.ask(as("ben"), edit(1, "uno"))) == RejectionCode::message_deleted);
  set_status(world, 1, MessageStatus::expired);
  CHECK(code_of(world.ask(as("ben"), edit(1, "uno"))) == RejectionCode::message_deleted);
  set_status(world, 1, MessageStatus::erased);
  CHECK(code_of(world.ask(as("ben"), edit(1, "uno"))) == RejectionCode::gone);
  set_status(world, 1, MessageStatus::live);
  world.state.erase_content(world.state.message(message_id(1))->position);
  world.state.erase_content(Position{2});
  CHECK(code_of(world.ask(as("ben"), edit(1, "uno"))) == RejectionCode::gone);
}

TEST_CASE("system messages are not edited") {
  World world = group_of_three();
  auto notice = text(1, "ben is late");
  notice.type = MessageType::system;
  world.given(service_as("ben"), notice);
  CHECK(code_of(world.ask(as("ben"), edit(1, "ben is early"))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(service_as("ben"), edit(1, "ben is early"))) == RejectionCode::forbidden);
}

TEST_CASE("the edit window is measured from the log's time and includes its last moment") {
  World world = with_edit_window(60);
  world.pass_ms(60'000);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), edit(1, "uno"))));
  world.pass_ms(1);
  CHECK(code_of(world.ask(as("ben"), edit(1, "uno"))) == RejectionCode::edit_window_passed);
  CHECK(code_of(world.ask(as("anna"), edit(2, "due"))) == RejectionCode::edit_window_passed);
}

TEST_CASE("without an edit window an edit is never too late") {
  World world = with_messages();
  world.pass_ms(1'000'000'000'000);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), edit(1, "uno"))));
}

TEST_CASE("a window of an imported message begins when it was imported") {
  World world = with_edit_window(60);
  auto command = text(3, "long ago");
  command.origin_time = Timestamp{1'000};
  world.given(service_as("ben"), command);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), edit(3, "once upon a time"))));
}

TEST_CASE("an edit obeys the rules about content") {
  const World world = with_messages();
  CHECK(code_of(world.ask(as("ben"), edit(1, ""))) == RejectionCode::invalid);
  auto command = edit(1, "uno");
  command.mentions = {{user("carl"), 1, 3, false}};
  CHECK(code_of(world.ask(as("ben"), command)) == RejectionCode::invalid);
}

TEST_CASE("If-Match of a message is the version of its own last change") {
  World world = with_messages();
  auto command = edit(1, "uno");
  command.if_match = Version{3};
  CHECK(code_of(world.ask(as("ben"), command)) == RejectionCode::precondition_failed);
  command.if_match = Version{2};
  world.given(as("ben"), command);
  auto deletion = erase_for_all(1);
  deletion.if_match = Version{2};
  CHECK(code_of(world.ask(as("ben"), deletion)) == RejectionCode::precondition_failed);
  deletion.if_match = Version{4};
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), deletion)));
}

TEST_CASE("a deletion carries the message's facts and leaves a tombstone") {
  World world = with_messages();
  const auto facts = world.state.message(message_id(1))->facts;
  CHECK(only_event<MessageDeleted>(world.perform(as("ben"), erase_for_all(1))).facts == facts);
  const auto message = world.state.message(message_id(1)).value();
  CHECK(message.status == MessageStatus::deleted);
  CHECK(message.version == Version{4});
}

TEST_CASE("deleting again changes nothing, whatever version the request names and however late") {
  World world = with_messages();
  world.given(as("ben"), erase_for_all(1));
  auto again = erase_for_all(1);
  again.if_match = Version{2};
  CHECK(changes_nothing(world.ask(as("ben"), again)));
  world.pass_ms(1'000'000'000);
  CHECK(changes_nothing(world.ask(as("ben"), again)));
}

TEST_CASE("an erased message is not deleted any more") {
  World world = with_messages();
  set_status(world, 1, MessageStatus::erased);
  CHECK(code_of(world.ask(as("ben"), erase_for_all(1))) == RejectionCode::gone);
}

TEST_CASE("owners and admins delete what others wrote, members do not") {
  World world = with_messages();
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), erase_for_all(1))));
  CHECK(code_of(world.ask(as("carl"), erase_for_all(1))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(service_as("carl"), erase_for_all(1))) == RejectionCode::forbidden);
  world.given(as("anna"), make("carl", Role::admin));
  CHECK_FALSE(changes_nothing(world.ask(as("carl"), erase_for_all(1))));
  CHECK_FALSE(changes_nothing(world.ask(as("carl"), erase_for_all(2))));
}

TEST_CASE("who opened a direct conversation does not delete what the other wrote") {
  World world;
  auto command = text(1, "one");
  command.conversation = world.given(as("anna"), direct({"ben"})).conversation;
  world.given(as("ben"), command);
  CHECK(code_of(world.ask(as("anna"), erase_for_all(1))) == RejectionCode::forbidden);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), erase_for_all(1))));
}

TEST_CASE("the server's delete window binds members and includes its last moment") {
  World world = with_messages();
  world.pass_ms(300'000);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), erase_for_all(1))));
  world.pass_ms(1);
  CHECK(code_of(world.ask(as("ben"), erase_for_all(1))) == RejectionCode::delete_window_passed);
  CHECK(code_of(world.ask(service_as("ben"), erase_for_all(1))) == RejectionCode::delete_window_passed);
}

TEST_CASE("the delete window does not bind owners, admins and the admin scope") {
  World world = with_messages();
  world.given(as("anna"), make("carl", Role::admin));
  world.pass_ms(1'000'000);
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), erase_for_all(2))));
  CHECK_FALSE(changes_nothing(world.ask(as("carl"), erase_for_all(1))));
  CHECK_FALSE(changes_nothing(world.ask(admin_as("ben"), erase_for_all(1))));
  CHECK_FALSE(changes_nothing(world.ask(admin_as("ben"), erase_for_all(2))));
}

TEST_CASE("a conversation's delete window stands above the server's, and 0 is none") {
  World world = with_delete_window(1);
  world.pass_ms(1'001);
  CHECK(code_of(world.ask(as("ben"), erase_for_all(1))) == RejectionCode::delete_window_passed);
  world = with_delete_window(0);
  world.pass_ms(1'000'000'000'000);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), erase_for_all(1))));
}

TEST_CASE("a server without a delete window refuses no deletion as too late") {
  World world = with_messages();
  world.rules.delete_window_s = 0;
  world.pass_ms(1'000'000'000'000);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), erase_for_all(1))));
}

TEST_CASE("what the history hides from its author he neither edits, deletes nor reads") {
  const World world = with_a_returned_author();
  CHECK(code_of(world.ask(as("zoe"), edit(3, "after"))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("zoe"), erase_for_all(3))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("zoe"), read_message(3))) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("zoe"), unread_from(3))) == RejectionCode::invalid);
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), read_message(3))));
}

}  // namespace hansard::domain::testing

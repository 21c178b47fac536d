// Facts about people: profiles, blocks, files, last-seen.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

SendMessage to(const std::string& a, const std::string& b, std::uint8_t message = 1) {
  auto command = text(message, "hello");
  command.conversation = direct_of(a, b);
  return command;
}

// anna and ben, who has said message 1 to her.
World of_two() {
  World world;
  world.given(as("anna"), direct({"ben"}));
  world.given(as("ben"), to("anna", "ben"));
  return world;
}

RecordFile upload(std::uint8_t number) { return {file_id(number), {}, 5, {"a.png", "image/png"}}; }

SendMessage attaching(std::uint8_t message, std::uint8_t file) {
  auto command = text(message, "");
  command.content.attachments = {{file_id(file), "", "", 0}};
  return command;
}

}  // namespace

TEST_CASE("a service writes profiles, nobody else does") {
  const World world;
  CHECK(only_event<ProfileUpdated>(world.ask(service_as("bot"), profile("ann", "Ann"))).user == user("ann"));
  CHECK(code_of(world.ask(as("ann"), profile("ann", "Ann"))) == RejectionCode::forbidden);
  CHECK(code_of(world.ask(admin_as("ann"), profile("ann", "Ann"))) == RejectionCode::forbidden);
}

TEST_CASE("a profile replaces the one before, the same changes nothing") {
  World world;
  world.given(service_as("bot"), profile("ann", "Ann"));
  CHECK(changes_nothing(world.ask(service_as("bot"), profile("ann", "Ann"))));
  const auto next = world.given(service_as("bot"), profile("ann", "Anne"));
  CHECK(std::get<ProfileUpdated>(next.events.at(0)).content.value().display_name == "Anne");
}

TEST_CASE("a profile that was erased can be written again in the same words") {
  World world;
  world.given(service_as("bot"), profile("ann", "Ann"));
  world.state.erase_content(world.log.back().position);
  CHECK_FALSE(changes_nothing(world.ask(service_as("bot"), profile("ann", "Ann"))));
}

TEST_CASE("who is blocked cannot open the conversation of the two") {
  World world;
  world.given(as("anna"), block("ben"));
  CHECK(code_of(world.ask(as("ben"), direct({"anna"}))) == RejectionCode::blocked);
  CHECK(code_of(world.ask(service_as("ben"), direct({"anna"}))) == RejectionCode::blocked);
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), direct({"ben"}))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), group(2, {"anna"}))));
}

TEST_CASE("who is blocked cannot write into it, whoever opened it; who blocked can") {
  World world = of_two();
  world.given(as("anna"), block("ben"));
  CHECK(code_of(world.ask(as("ben"), to("anna", "ben", 2))) == RejectionCode::blocked);
  CHECK(code_of(world.ask(as("ben"), edit(1, "no"))) == RejectionCode::blocked);
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), to("anna", "ben", 2))));
  World other = of_two();
  other.given(as("ben"), block("anna"));
  CHECK(code_of(other.ask(as("anna"), to("anna", "ben", 2))) == RejectionCode::blocked);
}

TEST_CASE("who is blocked still reads, deletes what he said, and gets the conversation back") {
  World world = of_two();
  world.given(as("anna"), to("anna", "ben", 2));
  world.given(as("anna"), block("ben"));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), read_message(2))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), erase_for_all(1))));
  CHECK(changes_nothing(world.ask(as("ben"), direct({"anna"}))));
}

TEST_CASE("a block ends when it is taken back, and is a block once") {
  World world = of_two();
  world.given(as("anna"), block("ben"));
  CHECK(changes_nothing(world.ask(as("anna"), block("ben"))));
  CHECK(only_event<UserUnblocked>(world.perform(as("anna"), unblock("ben"))).other == user("ben"));
  CHECK(changes_nothing(world.ask(as("anna"), unblock("ben"))));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), to("anna", "ben", 2))));
}

TEST_CASE("nobody blocks himself") { CHECK(code_of(World().ask(as("anna"), block("anna"))) == RejectionCode::invalid); }

TEST_CASE("blocks do not reach into groups") {
  World world = group_of_three();
  world.given(as("anna"), block("ben"));
  CHECK_FALSE(changes_nothing(world.ask(as("ben"), text(1, "hello"))));
}

TEST_CASE("a file is attached by who uploaded it, with the name and size it was uploaded with") {
  World world = group_of_three();
  CHECK(world.given(as("anna"), upload(1)).created);
  CHECK(code_of(world.ask(as("anna"), upload(1))) == RejectionCode::id_taken);
  const auto sent = only_event<MessageSent>(world.ask(as("anna"), attaching(1, 1)));
  CHECK(sent.files == std::vector<FileId>{file_id(1)});
  CHECK(sent.content.value().attachments.at(0) == Attachment{file_id(1), "image/png", "a.png", 5});
  CHECK(code_of(world.ask(as("ben"), attaching(1, 1))) == RejectionCode::invalid);
  CHECK(code_of(world.ask(as("anna"), attaching(1, 2))) == RejectionCode::invalid);
  CHECK_FALSE(changes_nothing(world.ask(service_as("ben"), attaching(1, 1))));
}

TEST_CASE("a file nobody uses stays while a hold is on its owner") {
  World world = group_of_three();
  world.given(as("anna"), upload(1));
  const CollectFile command{file_id(1), world.log.back().position};
  world.given(admin_as("root"), PlaceHold{HoldId{{1}}, user("anna"), "case 7"});
  CHECK(changes_nothing(world.ask(server_about("anna"), command)));
  world.given(admin_as("root"), ReleaseHold{HoldId{{1}}, ""});
  only_event<FileCollected>(world.ask(server_about("anna"), command));
}

TEST_CASE("a file nobody uses is collected, one used since is not") {
  World world = group_of_three();
  world.given(as("anna"), upload(1));
  const Position seen = world.log.back().position;
  World used = world;
  used.given(as("anna"), attaching(1, 1));
  CHECK(changes_nothing(used.ask(server_about("anna"), CollectFile{file_id(1), seen})));
  const auto collected = only_event<FileCollected>(world.perform(server_about("anna"), CollectFile{file_id(1), seen}));
  CHECK(collected.user == user("anna"));
  CHECK(changes_nothing(world.ask(server_about("anna"), CollectFile{file_id(1), seen})));
  CHECK(code_of(world.ask(as("anna"), attaching(1, 1))) == RejectionCode::invalid);
}

TEST_CASE("what only the server does is not found for everybody else") {
  World world = group_of_three();
  world.given(as("anna"), text(1, "one"));
  const std::vector<Command> commands = {NoteSeen{world.now}, ExpireMessage{message_id(1)}, SendDue{message_id(1)},
                                         NotifyMember{message_id(1)}, CollectFile{file_id(1), {}}};
  for (const auto& command : commands) {
    for (const auto& caller : {as("anna"), service_as("anna"), admin_as("anna")}) {
      CHECK(code_of(world.ask(caller, command)) == RejectionCode::not_found);
    }
  }
}

TEST_CASE("a sign of life is about the user it names") {
  const auto seen = only_event<UserSeen>(World().ask(server_about("anna"), NoteSeen{Timestamp{42}}));
  CHECK(seen.user == user("anna"));
  CHECK(seen.at == Timestamp{42});
}

}  // namespace hansard::domain::testing

// Facts about forwarding.
#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

// anna said message 1 in group 1; ben is in groups 1 and 2, dora in 2 only.
World with_two_groups() {
  World world = group_of_three();
  world.given(as("ben"), group(2, {"dora"}));
  auto command = text(1, "@ben look");
  command.content.metadata = R"({"a":1})";
  command.content.mentions = {{user("ben"), 0, 4, false}};
  command.sender_type = "driver";
  command.type = MessageType::location;
  world.given(as("anna"), command);
  return world;
}

MessageSent forwarded(const Decision& decision) { return only_event<MessageSent>(decision); }

ForwardMessage to_group_2(std::uint8_t id = 2) { return forward(1, conversation_id(2), id); }

}  // namespace

TEST_CASE("a forward copies what was said and names where it comes from") {
  World world = with_two_groups();
  const auto source = world.state.message(message_id(1))->facts;
  world.pass_ms(5);
  const auto copy = forwarded(world.ask(as("ben"), to_group_2()));
  CHECK(copy.facts.conversation == conversation_id(2));
  CHECK(copy.facts.message == message_id(2));
  CHECK(copy.facts.ordinal == Ordinal{1});
  CHECK(copy.facts.author == user("ben"));
  CHECK(copy.facts.type == MessageType::location);
  CHECK(copy.facts.sender_type.empty());
  CHECK(copy.facts.created_at == world.now);
  CHECK(copy.facts.forwarded_from == ForwardedFrom{message_id(1), conversation_id(1), user("anna"), source.created_at});
  CHECK(copy.content.value().text == "@ben look");
  CHECK(copy.content.value().metadata == R"({"a":1})");
  CHECK(copy.content.value().mentions.empty());
}

TEST_CASE("a forward carries the files and says which") {
  World world = with_two_groups();
  world.happened(FileUploaded{user("anna"), file_id(1), {}, 5, FileContent{"a.png", "image/png"}}, user("anna"));
  auto command = text(3, "");
  command.content.attachments = {{file_id(1), "", "", 0}};
  world.given(as("anna"), command);
  const auto copy = forwarded(world.perform(as("ben"), forward(3, conversation_id(2), 4)));
  CHECK(copy.files == std::vector<FileId>{file_id(1)});
  CHECK(copy.content.value().attachments.at(0).name == "a.png");
  CHECK(world.state.file(file_id(1))->last_use == world.log.back().position);
}

TEST_CASE("a message whose file was collected is not forwarded without it") {
  World world = with_two_groups();
  world.given(as("anna"), RecordFile{file_id(1), {}, 5, {"a.png", "image/png"}});
  auto command = text(3, "");
  command.content.attachments = {{file_id(1), "", "", 0}};
  world.given(as("anna"), command);
  world.given(server_about("anna"), CollectFile{file_id(1), world.log.back().position});
  CHECK(code_of(world.ask(as("ben"), forward(3, conversation_id(2), 4))) == RejectionCode::gone);
}

TEST_CASE("a forward of a forward names the first of the chain") {
  World world = with_two_groups();
  world.given(as("ben"), to_group_2());
  world.given(as("dora"), group(3, {"emil"}));
  const auto copy = forwarded(world.ask(as("dora"), forward(2, conversation_id(3), 3)));
  CHECK(copy.facts.forwarded_from.value().message == message_id(1));
  CHECK(copy.facts.forwarded_from.value().sender == user("anna"));
  CHECK(copy.facts.author == user("dora"));
}

TEST_CASE("a forward out of a direct conversation does not name it") {
  World world = with_two_groups();
  world.given(as("ben"), direct({"carl"}));
  auto said = text(3, "between us");
  said.conversation = direct_of("ben", "carl");
  world.given(as("carl"), said);
  const auto from = forwarded(world.ask(as("ben"), forward(3, conversation_id(2), 4))).facts.forwarded_from.value();
  CHECK(from.conversation.is_nil());
  CHECK(from.sender == user("carl"));
}

TEST_CASE("source and target must both be the caller's to see") {
  const World world = with_two_groups();
  CHECK(code_of(world.ask(as("dora"), to_group_2())) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("carl"), to_group_2())) == RejectionCode::not_found);
  CHECK(code_of(world.ask(as("ben"), forward(1, conversation_id(9), 2))) == RejectionCode::not_found);
}

TEST_CASE("what is deleted, erased or said by the system is not forwarded") {
  World world = with_two_groups();
  auto notice = text(3, "anna added ben");
  notice.type = MessageType::system;
  world.given(service_as("anna"), notice);
  CHECK(code_of(world.ask(as("ben"), forward(3, conversation_id(2), 4))) == RejectionCode::invalid);
  World erased = world;
  world.given(as("anna"), erase_for_all(1));
  CHECK(code_of(world.ask(as("ben"), to_group_2())) == RejectionCode::message_deleted);
  erased.state.erase_content(erased.state.message(message_id(1))->position);
  CHECK(code_of(erased.ask(as("ben"), to_group_2())) == RejectionCode::gone);
}

TEST_CASE("the target's rules are those of a send") {
  World world = with_two_groups();
  SettingsPatch patch;
  patch.slow_mode_s = 10;
  world.given(as("ben"), with_settings(patch, 2));
  world.given(as("ben"), add({{user("carl"), Role::member}}, 2));
  world.given(as("carl"), to_group_2());
  CHECK(code_of(world.ask(as("carl"), to_group_2(3))) == RejectionCode::slow_mode);
  world.given(as("ben"), make("carl", Role::read_only, 2));
  CHECK(code_of(world.ask(as("carl"), to_group_2(3))) == RejectionCode::read_only);
  world.given(as("ben"), close(2));
  CHECK(code_of(world.ask(as("carl"), to_group_2(3))) == RejectionCode::conversation_closed);
}

TEST_CASE("nothing is forwarded to who has blocked the caller") {
  World world = with_two_groups();
  world.given(as("ben"), direct({"dora"}));
  world.given(as("dora"), block("ben"));
  CHECK(code_of(world.ask(as("ben"), forward(1, direct_of("ben", "dora"), 2))) == RejectionCode::blocked);
}

TEST_CASE("a forward under the same id is a repeat, also after the source was deleted") {
  World world = with_two_groups();
  world.given(as("ben"), to_group_2());
  CHECK(accepted(world.ask(as("ben"), to_group_2())).repeat);
  world.given(as("anna"), erase_for_all(1));
  CHECK(accepted(world.ask(as("ben"), to_group_2())).repeat);
}

TEST_CASE("an id that names another message is taken, for a forward and for a send") {
  World world = with_two_groups();
  world.given(as("ben"), to_group_2());
  CHECK(code_of(world.ask(as("ben"), forward(1, conversation_id(1), 2))) == RejectionCode::id_taken);
  world.given(as("ben"), text(3, "other", 2));
  CHECK(code_of(world.ask(as("ben"), to_group_2(3))) == RejectionCode::id_taken);
  auto same_words = text(2, "@ben look", 2);
  same_words.content.metadata = R"({"a":1})";
  same_words.type = MessageType::location;
  CHECK(code_of(world.ask(as("ben"), same_words)) == RejectionCode::id_taken);
}

TEST_CASE("a forwarded message is not edited, its source is") {
  World world = with_two_groups();
  world.given(as("ben"), to_group_2());
  CHECK(code_of(world.ask(as("ben"), edit(2, "I never said that"))) == RejectionCode::forbidden);
  CHECK_FALSE(changes_nothing(world.ask(as("anna"), edit(1, "better"))));
}

}  // namespace hansard::domain::testing

// I6: an accepted command id has one effect and one outcome.
#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {

namespace {
bool same_outcome(const Done& first, const Done& again) {
  return again.replayed && again.position == first.position && again.version == first.version &&
         again.created == first.created && again.changed == first.changed && again.conversation == first.conversation &&
         again.message == first.message && again.events.size() == first.events.size();
}
}  // namespace

TEST_CASE("a repeated command id is answered with the first outcome") {
  House house;
  house.open();
  const auto group = house.group();
  const Done first = house.send(group, "once", "ann", "key-1");
  const std::size_t size = house.store->size();
  const Done again = house.send(group, "once", "ann", "key-1");
  CHECK(same_outcome(first, again));
  CHECK(std::get<domain::MessageSent>(*again.events[0]->body) == std::get<domain::MessageSent>(*first.events[0]->body));
  CHECK(house.store->size() == size);
  CHECK(house.engine().metrics().replays == 1);
}

TEST_CASE("the same id twice in one commit has one effect") {
  House house;
  house.open();
  const auto group = house.group();
  house.store->hold();
  house.submit(text_message(group, "fills the sync"), as("ann"));
  house.store->wait_until_held();
  const auto first = house.submit(text_message(group, "once"), as("bob"), "key");
  const auto again = house.submit(text_message(group, "once"), as("bob"), "key");
  const auto other = house.submit(text_message(group, "another text"), as("bob"), "key");
  const std::size_t size = house.store->size();
  house.store->release();
  CHECK(same_outcome(std::get<Done>(house.wait(first)), std::get<Done>(house.wait(again))));
  CHECK(std::holds_alternative<KeyReused>(house.wait(other)));
  CHECK(house.store->size() == size + 2);
}

TEST_CASE("a client-made id twice in one commit has one effect") {
  House house;
  house.open();
  const auto group = house.group();
  auto send = text_message(group, "once");
  send.id = message_id(1);
  send.client_made = true;
  auto other = send;
  other.content.text = "another text";
  house.store->hold();
  house.submit(text_message(group, "fills the sync"), as("ann"));
  house.store->wait_until_held();
  const auto first = house.submit(send, as("bob"));
  const auto again = house.submit(send, as("bob"));
  const auto taken = house.submit(other, as("bob"));
  house.store->release();
  CHECK(same_outcome(std::get<Done>(house.wait(first)), std::get<Done>(house.wait(again))));
  CHECK(std::get<domain::Rejection>(house.wait(taken)).code == domain::RejectionCode::id_taken);
}

TEST_CASE("a client-made conversation id seen again answers the first outcome while nothing changed") {
  House house;
  house.open();
  domain::CreateConversation create;
  create.id = conversation_id(9);
  create.client_made = true;
  create.members = {{"bob"}};
  const Done first = house.done(create, as("ann"));
  CHECK(same_outcome(first, house.done(create, as("ann"))));
  domain::UpdateConversation update;
  update.conversation = create.id;
  update.title = "renamed";
  house.done(update, as("ann"));
  const Done later = house.done(create, as("ann"));
  CHECK(later.replayed);
  CHECK(later.created);
  CHECK(later.events.empty());
  CHECK(later.conversation == create.id);
}

TEST_CASE("an id used with another request is refused, and has no effect") {
  House house;
  house.open();
  const auto group = house.group();
  house.send(group, "first", "ann", "key");
  const std::size_t size = house.store->size();
  CHECK(std::holds_alternative<KeyReused>(house.run(text_message(group, "second"), as("ann"), "key")));
  CHECK(house.store->size() == size);
}

TEST_CASE("ids belong to their subject and the user he acts for") {
  House house;
  house.open();
  const auto group = house.group();
  house.send(group, "mine", "ann", "key");
  CHECK_FALSE(house.send(group, "mine", "bob", "key").replayed);
  auto service = as("importer");
  service.service = true;
  service.actor.value = "ann";
  CHECK_FALSE(house.done(text_message(group, "mine"), service, "key").replayed);
}

TEST_CASE("a rejected command may be tried again under its id") {
  House house;
  house.open();
  const auto group = house.group();
  const auto rejected = house.run(text_message(group, "let me in"), as("eve"), "key");
  REQUIRE(std::holds_alternative<domain::Rejection>(rejected));
  house.done(domain::AddMembers{group, {{{"eve"}, domain::Role::member}}}, as("ann"));
  const Done done = house.done(text_message(group, "let me in"), as("eve"), "key");
  CHECK_FALSE(done.replayed);
  CHECK(done.changed);
}

TEST_CASE("ids are known after a crash, a stop, and a rebuild of the index") {
  auto overlay_max = GENERATE(1u, 2u, 1'000u);
  House house;
  house.options.index_overlay_events_max = overlay_max;
  house.open();
  const auto group = house.group();
  std::vector<Done> first;
  for (int i = 0; i < 5; ++i) {
    first.push_back(house.send(group, std::to_string(i), "ann", "key-" + std::to_string(i)));
  }
  const std::size_t size = house.store->size();
  auto all_known = [&] {
    for (int i = 0; i < 5; ++i) {
      auto again = house.send(group, std::to_string(i), "ann", "key-" + std::to_string(i));
      CHECK(same_outcome(first[static_cast<std::size_t>(i)], again));
    }
    CHECK(house.store->size() == size);
  };
  house.crash();
  house.open();
  all_known();
  house.stop();
  house.open();
  all_known();
  house.stop();
  std::filesystem::remove_all(house.folder.path() + "/index");
  house.open();
  all_known();
}

TEST_CASE("every kind of command is replayed as it was answered") {
  House house;
  house.open();
  const auto ann = as("ann");
  domain::CreateConversation create;
  create.id = conversation_id(1);
  create.client_made = true;
  create.members = {{"bob"}};
  auto send = text_message(create.id, "hello");
  send.id = message_id(1);
  send.client_made = true;
  domain::UpdateConversation update;
  update.conversation = create.id;
  update.title = "title";
  domain::EditMessage edit;
  edit.message = send.id;
  edit.text = "hello again";
  domain::Read read_by_message;
  read_by_message.message = send.id;
  domain::FlagConversation flag;
  flag.conversation = create.id;
  flag.muted = true;
  const std::vector<domain::Command> commands = {
      create,
      send,
      update,
      edit,
      read_by_message,
      domain::Delivered{create.id, {1}},
      domain::MarkUnread{create.id, {1}},
      flag,
      domain::AddMembers{create.id, {{{"cid"}, domain::Role::member}}},
      domain::ChangeRole{create.id, {"cid"}, domain::Role::admin},
      domain::RemoveMember{create.id, {"cid"}},
      domain::DeleteMessage{send.id, std::nullopt},
      domain::CloseConversation{create.id},
  };
  std::vector<Done> first;
  for (const auto& command : commands) {
    first.push_back(house.done(command, ann, "key-" + std::to_string(first.size())));
    CHECK(first.back().changed);
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    INFO("command " << i);
    CHECK(same_outcome(first[i], house.done(commands[i], ann, "key-" + std::to_string(i))));
  }
}

TEST_CASE("ids are kept for their days, and forgotten one day at a time") {
  House house;
  house.options.command_days_kept = 7;
  house.open();
  const auto group = house.group();
  house.send(group, "old", "ann", "key");
  house.clock.jump(std::chrono::hours(24 * 30));
  CHECK(house.send(group, "old", "ann", "key").replayed);
  house.clock.advance(std::chrono::hours(24));
  house.poke();  // the sequencer looks at the clock after a commit
  CHECK_FALSE(house.send(group, "old", "ann", "key").replayed);
  CHECK(house.store->meta.contains("commands_kept_from_day"));
}

TEST_CASE("an id is kept for all its days, and gone the day after them") {
  House house;
  house.options.command_days_kept = 7;
  house.open();
  const auto group = house.group();
  house.clock.advance(std::chrono::hours(20));
  house.send(group, "kept", "ann", "key");
  for (int day = 1; day <= 7; ++day) {
    house.clock.advance(std::chrono::hours(24));
    house.poke();
    CHECK(house.send(group, "kept", "ann", "key").replayed);
  }
  house.clock.advance(std::chrono::hours(24));
  house.poke();
  CHECK_FALSE(house.send(group, "kept", "ann", "key").replayed);
}

TEST_CASE("a clock that jumps ahead drops no id, whatever happens to the index") {
  House house;
  house.open();
  const auto group = house.group();
  house.send(group, "kept", "ann", "key");
  house.clock.jump(std::chrono::hours(24 * 365));
  house.poke();
  CHECK(house.send(group, "kept", "ann", "key").replayed);
  house.stop();
  std::filesystem::remove_all(house.folder.path() + "/index");
  house.open();
  CHECK(house.send(group, "kept", "ann", "key").replayed);
}

}  // namespace hansard::engine

#include "engine/receipts.h"

#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {

namespace {
using std::chrono::milliseconds;

// A group with ten messages of ann's.
struct ReadHouse : House {
  ReadHouse() {
    open();
    conversation = group();
    for (int i = 0; i < 10; ++i) send(conversation, std::to_string(i));
  }
  domain::Read read(std::uint64_t up_to) const { return {conversation, {up_to}, std::nullopt}; }
  base::ConversationId conversation;
};
}  // namespace

TEST_CASE("the first read is recorded at once, those within the interval are parked") {
  ReadHouse house;
  CHECK(house.done(house.read(1), as("bob")).changed);
  const std::size_t size = house.store->size();
  const auto second = house.submit(house.read(3), as("bob"));
  const auto third = house.submit(house.read(2), as("bob"));
  house.poke();
  CHECK_FALSE(house.answers.has(second));
  CHECK_FALSE(house.answers.has(third));
  CHECK(house.store->size() == size);

  house.clock.advance(milliseconds(1'000));
  house.poke();
  const Done done = std::get<Done>(house.wait(second));
  CHECK(std::get<Done>(house.wait(third)).position == done.position);
  CHECK(std::get<domain::ReadAdvanced>(*done.events.at(0)->body).up_to == base::Ordinal{3});
  CHECK(house.store->size() == size + 1);
}

TEST_CASE("reads of other members, other conversations and deliveries do not wait for each other") {
  ReadHouse house;
  const auto other = house.group(2);
  house.send(other, "there too");
  CHECK(house.done(house.read(1), as("bob")).changed);
  CHECK(house.done(house.read(1), as("cid")).changed);
  CHECK(house.done(domain::Read{other, {1}, std::nullopt}, as("bob")).changed);
  CHECK(house.done(domain::Delivered{house.conversation, {1}}, as("bob")).changed);
}

TEST_CASE("what is parked is not overtaken once its time has come") {
  Receipts receipts(milliseconds(1'000), 10);
  const Receipts::Key key{Receipts::Kind::read, conversation_id(1), {"bob"}};
  const base::MonotonicTime start{};
  const auto due = start + milliseconds(1'000);
  receipts.recorded(key, start);
  receipts.park({key, {3}}, {Pending{}, {3}, std::nullopt});
  CHECK(receipts.must_wait(key, due));
  CHECK(receipts.take_due(due).has_value());
  CHECK_FALSE(receipts.must_wait(key, due));
}

TEST_CASE("a read that changes nothing is answered at once") {
  ReadHouse house;
  house.done(house.read(5), as("bob"));
  const Done done = house.done(house.read(4), as("bob"));
  CHECK_FALSE(done.changed);
  CHECK(done.position == house.engine().durable());
  CHECK(done.version == base::Version{0});
}

TEST_CASE("a rejected read is answered at once") {
  ReadHouse house;
  house.done(house.read(1), as("bob"));
  CHECK(std::holds_alternative<domain::Rejection>(house.run(house.read(1'000), as("bob"))));
  CHECK(std::holds_alternative<domain::Rejection>(house.run(house.read(1), as("eve"))));
}

TEST_CASE("a read by message id is merged with one by ordinal, and answers name their message") {
  ReadHouse house;
  auto send = text_message(house.conversation, "the last");
  send.id = message_id(7);
  send.client_made = true;
  house.done(send, as("ann"));
  house.done(house.read(1), as("bob"));
  domain::Read by_message;
  by_message.message = send.id;
  const auto first = house.submit(by_message, as("bob"));
  const auto second = house.submit(house.read(2), as("bob"));
  house.clock.advance(milliseconds(1'000));
  house.poke();
  const Done done = std::get<Done>(house.wait(first));
  CHECK(std::get<domain::ReadAdvanced>(*done.events.at(0)->body).up_to == base::Ordinal{11});
  CHECK(done.message == send.id);
  CHECK(std::get<Done>(house.wait(second)).message == std::nullopt);
}

TEST_CASE("a marker set after a parked read stays") {
  ReadHouse house;
  house.done(house.read(1), as("bob"));
  const auto parked = house.submit(house.read(5), as("bob"));
  const Done marked = house.done(domain::MarkUnread{house.conversation, {2}}, as("bob"));
  const Done read = std::get<Done>(house.wait(parked));
  CHECK(read.position < marked.position);
  house.clock.advance(milliseconds(5'000));
  house.poke();
  CHECK(house.engine().durable() == marked.position);
}

TEST_CASE("what is parked is recorded when the engine stops") {
  ReadHouse house;
  house.done(house.read(1), as("bob"));
  const auto parked = house.submit(house.read(9), as("bob"));
  house.engine().stop();
  REQUIRE(house.answers.has(parked));
  const Done done = std::get<Done>(house.wait(parked));
  CHECK(std::get<domain::ReadAdvanced>(*done.events.at(0)->body).up_to == base::Ordinal{9});
}

TEST_CASE("members who lost access while their reads were parked are rejected") {
  ReadHouse house;
  house.done(house.read(1), as("bob"));
  const auto first = house.submit(house.read(5), as("bob"));
  const auto second = house.submit(house.read(6), as("bob"));
  house.done(domain::RemoveMember{house.conversation, {"bob"}}, as("ann"));
  house.clock.advance(milliseconds(1'000));
  house.poke();
  CHECK(std::get<domain::Rejection>(house.wait(first)).code == domain::RejectionCode::not_found);
  CHECK(std::get<domain::Rejection>(house.wait(second)).code == domain::RejectionCode::not_found);
}

TEST_CASE("the id of a parked read is taken") {
  ReadHouse house;
  house.done(house.read(1), as("bob"));
  const auto first = house.submit(house.read(5), as("bob"), "key");
  const auto again = house.submit(house.read(5), as("bob"), "key");
  CHECK(std::holds_alternative<KeyReused>(house.run(house.read(6), as("bob"), "key")));
  house.clock.advance(milliseconds(1'000));
  house.poke();
  CHECK(std::get<Done>(house.wait(first)).position == std::get<Done>(house.wait(again)).position);
  CHECK(house.done(house.read(5), as("bob"), "key").replayed);
}

TEST_CASE("the id of a parked read that was rejected is free again") {
  ReadHouse house;
  house.done(house.read(1), as("bob"));
  const auto parked = house.submit(house.read(5), as("bob"), "key");
  house.done(domain::RemoveMember{house.conversation, {"bob"}}, as("ann"));
  house.clock.advance(milliseconds(1'000));
  house.poke();
  CHECK(std::holds_alternative<domain::Rejection>(house.wait(parked)));
  house.done(domain::AddMembers{house.conversation, {{{"bob"}, domain::Role::member}}}, as("ann"));
  CHECK(std::holds_alternative<Done>(house.run(domain::Delivered{house.conversation, {1}}, as("bob"), "key")));
}

TEST_CASE("beyond its limit receipts are refused") {
  House house;
  house.options.receipts_waiting_max = 2;
  house.open();
  const auto group = house.group();
  for (int i = 0; i < 5; ++i) house.send(group, "text");
  auto read = [&](std::uint64_t up_to) { return domain::Read{group, {up_to}, std::nullopt}; };
  house.done(read(1), as("bob"));
  const auto first = house.submit(read(2), as("bob"));
  const auto second = house.submit(read(3), as("bob"));
  CHECK(std::holds_alternative<Overloaded>(house.run(read(4), as("bob"))));
  house.done(read(1), as("cid"));
  CHECK(std::holds_alternative<Overloaded>(house.run(read(1), as("ann"))));
  house.clock.advance(milliseconds(1'000));
  house.poke();
  CHECK(std::holds_alternative<Done>(house.wait(first)));
  CHECK(std::holds_alternative<Done>(house.wait(second)));
  CHECK(house.done(read(1), as("ann")).changed);
}

TEST_CASE("a read interval passes without another command", "[real time]") {
  // The system clock: the sequencer must wake by itself when a parked read is due.
  support::TempFolder folder;
  Options options;
  options.data_folder = folder.path();
  options.receipt_interval_ms = 5;
  Storage storage;
  storage.log = std::make_unique<support::MemoryLog>(std::make_shared<support::MemoryStore>());
  storage.typing = std::make_unique<support::MemoryTypingLane>();
  auto engine = assemble(options, base::system_clock(), std::move(storage)).value();
  Answers answers;
  domain::CreateConversation create;
  create.id = conversation_id(1);
  engine->submit({create, as("ann"), "", 1, &answers});
  auto send = text_message(create.id, "hello");
  for (std::uint8_t i = 0; i < 3; ++i) {
    send.id = message_id(i);
    engine->submit({send, as("ann"), "", 2u + i, &answers});
  }
  for (std::uint64_t up_to = 1; up_to <= 3; ++up_to) {
    engine->submit({domain::Read{create.id, {up_to}, std::nullopt}, as("ann"), "", 10 + up_to, &answers});
  }
  CHECK(std::holds_alternative<Done>(answers.wait(13)));
  engine->stop();
}

}  // namespace hansard::engine

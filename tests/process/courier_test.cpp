#include "projections/process/courier.h"

#include <catch2/catch.hpp>

#include "tests/process/house.h"

namespace hansard::process {
namespace {

using Numbers = std::vector<std::uint64_t>;
using std::chrono::milliseconds;

const HttpReply kDown{0, "no answer", {}};
const HttpReply kRefused{400, "the receiver answered 400", {}};

void send_many(House& house, const base::ConversationId& to, int count) {
  for (int i = 0; i < count; ++i) house.send(to, "ann", "text " + std::to_string(i));
}

TEST_CASE("a new subscriber begins at the end of the log and gets what follows, in order, densely numbered") {
  House house;
  const auto group = house.group("ann", {"bob"});
  send_many(house, group, 3);
  const auto courier = house.courier(house.subscriber());
  house.run(*courier);
  CHECK(house.receiver.take().empty());
  send_many(house, group, 600);
  house.run(*courier);
  Numbers expected(600);
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = i + 1;
  CHECK(house.receiver.numbers() == expected);
  CHECK(courier->status().lag_events == 0);
  CHECK(courier->status().delivered == 600);
}

TEST_CASE("from the beginning means from position 1") {
  House house;
  send_many(house, house.group("ann", {"bob"}), 3);
  auto who = house.subscriber();
  who.from_beginning = true;
  const auto courier = house.courier(who);
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1, 2, 3});
}

TEST_CASE("a subscriber gets the types and conversations it asked for and nothing else") {
  House house;
  const auto mine = house.group("ann", {"bob"});
  const auto other = house.group("ann", {"bob"});
  auto who = house.subscriber({domain::EventType::message_sent, domain::EventType::message_deleted});
  who.conversations = {mine};
  const auto courier = house.courier(who);
  const auto message = house.send(mine, "ann", "one");
  house.send(other, "ann", "elsewhere");
  house.run(domain::FlagConversation{mine, true, {}, {}}, "ann");
  house.run(domain::DeleteMessage{message, {}}, "ann");
  house.run(*courier);
  const auto seen = house.receiver.take();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].body.find("\"number\":1,\"prev\":0,\"event\":{\"position\":3}") != std::string::npos);
  CHECK(seen[1].body.find("\"number\":2,\"prev\":1,\"event\":{\"position\":6}") != std::string::npos);
}

TEST_CASE("a failed delivery is tried again later, the next event waits for it") {
  House house;
  const auto courier = house.courier(house.subscriber());
  send_many(house, house.group("ann", {"bob"}), 2);
  house.receiver.answer({kDown, {503, "the receiver answered 503", {}}});
  base::Wake wake = house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1});
  CHECK(courier->status().attempts == 1);
  house.clock.advance(milliseconds(499));
  house.run(*courier);
  CHECK(house.receiver.take().empty());
  CHECK(wake.at <= house.clock.monotonic() + milliseconds(501));
  house.clock.advance(milliseconds(501));
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1});
  house.clock.advance(milliseconds(2'000));
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1, 2});
  CHECK(courier->status().failed == 2);
  CHECK(courier->status().attempts == 0);
  CHECK(house.troubles.size() == 1);
}

TEST_CASE("what was erased while it waited for its turn goes without its content") {
  House house;
  auto parts = house.parts();
  std::vector<bool> said;
  parts.render = [&](std::string& out, const domain::RecordedEvent& event, const projections::Snapshot&) {
    out += "\"event\":{}";
    said.push_back(std::get<domain::MessageSent>(*event.body).content.has_value());
  };
  Courier courier(house.subscriber(), parts, house.receiver.post());
  send_many(house, house.group("ann", {"bob"}), 2);
  house.receiver.answer({kDown});
  house.run(courier);
  const base::Position second = house.engine->durable();
  REQUIRE(house.engine->erase_content({&second, 1}));
  house.clock.advance(milliseconds(2'000));
  house.run(courier);
  CHECK(said == std::vector<bool>{true, true, false});
}

TEST_CASE("what a receiver refuses is a dead letter at once, and the next event goes on") {
  House house;
  const auto courier = house.courier(house.subscriber());
  send_many(house, house.group("ann", {"bob"}), 2);
  house.receiver.answer({kRefused});
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1, 2});
  const auto letters = courier->dead_letters(0, 10);
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].number == 1);
  CHECK(letters[0].status == 400);
  CHECK(letters[0].attempts == 1);
  CHECK(letters[0].reason == "the receiver answered 400");
  CHECK(courier->status().dead_letters == 1);
}

TEST_CASE("attempts end: then it is a dead letter") {
  House house;
  auto who = house.subscriber();
  who.max_attempts = 3;
  const auto courier = house.courier(who);
  send_many(house, house.group("ann", {"bob"}), 2);
  house.receiver.answer({kDown, kDown, kDown});
  for (int i = 0; i < 3; ++i) {
    house.run(*courier);
    house.clock.advance(milliseconds(10'000));
  }
  CHECK(house.receiver.numbers() == Numbers{1, 1, 1, 2});
  CHECK(courier->dead_letters(0, 10).at(0).attempts == 3);
}

TEST_CASE("the oldest dead letter makes room and is counted") {
  House house;
  house.dead_letters_max = 3;
  const auto courier = house.courier(house.subscriber());
  house.receiver.answer_always(kRefused);
  send_many(house, house.group("ann", {"bob"}), 5);
  house.run(*courier);
  const auto letters = courier->dead_letters(0, 10);
  REQUIRE(letters.size() == 3);
  CHECK(letters.front().number == 3);
  CHECK(courier->dead_letters(3, 1).at(0).number == 4);
  CHECK(courier->status().dead_letters == 3);
  CHECK(courier->status().dead_letters_dropped == 2);
}

TEST_CASE("a dead letter that is tried again goes with its own number, or stays") {
  House house;
  const auto courier = house.courier(house.subscriber());
  house.receiver.answer({kRefused, kRefused});
  send_many(house, house.group("ann", {"bob"}), 3);
  house.run(*courier);
  house.receiver.take();
  CHECK_FALSE(courier->retry(3));
  REQUIRE(courier->retry(2));
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{2});
  CHECK(courier->dead_letters(0, 10).size() == 1);
  house.receiver.answer({kDown});
  REQUIRE(courier->retry(1));
  house.run(*courier);
  REQUIRE(courier->dead_letters(0, 10).size() == 1);
  CHECK(courier->dead_letters(0, 10)[0].attempts == 2);
  CHECK(courier->dead_letters(0, 10)[0].reason == "no answer");
  CHECK(courier->status().dead_letters == 1);
  CHECK(courier->status().delivered == 2);
}

TEST_CASE("a retry that was asked for outlives a restart") {
  House house;
  auto courier = house.courier(house.subscriber());
  house.receiver.answer({kRefused});
  send_many(house, house.group("ann", {"bob"}), 1);
  house.run(*courier);
  house.receiver.take();
  REQUIRE(courier->retry(1));
  courier.reset();
  house.reopen_store();
  courier = house.courier(house.subscriber());
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1});
  CHECK(courier->status().dead_letters == 0);
}

TEST_CASE("a paused webhook sends nothing, also after a restart, and loses nothing") {
  House house;
  auto courier = house.courier(house.subscriber());
  courier->pause(true);
  send_many(house, house.group("ann", {"bob"}), 2);
  house.run(*courier);
  courier.reset();
  house.reopen_store();
  courier = house.courier(house.subscriber());
  house.run(*courier);
  CHECK(house.receiver.take().empty());
  CHECK(courier->status().paused);
  courier->pause(false);
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1, 2});
}

TEST_CASE("killed at any step, everything arrives in order and a repeat carries its own number") {
  House house;
  const auto group = house.group("ann", {"bob"});
  auto courier = house.courier(house.subscriber());
  send_many(house, group, 20);
  house.settle();
  Numbers seen;
  for (int step = 0; step < 200; ++step) {
    for (int i = 0; i <= step % 3; ++i) courier->step();
    for (const auto number : house.receiver.numbers()) seen.push_back(number);
    courier.reset();  // without close(): what was only in memory is gone
    house.reopen_store();
    courier = house.courier(house.subscriber());
  }
  house.run(*courier);
  for (const auto number : house.receiver.numbers()) seen.push_back(number);
  CHECK(seen.back() == 20);
  std::uint64_t last = 0;
  for (const auto number : seen) {
    CHECK((number == last || number == last + 1));
    last = number;
  }
}

TEST_CASE("a number names one event for ever, whatever the configuration asks for after a crash") {
  House house;
  const auto group = house.group("ann", {"bob"});
  auto courier = house.courier(house.subscriber());
  send_many(house, group, 1);
  house.settle();
  house.receiver.answer({kDown});
  courier->step();
  const auto first = house.receiver.take();
  courier.reset();
  house.reopen_store();
  courier = house.courier(house.subscriber({domain::EventType::conversation_closed}));
  house.run(domain::CloseConversation{group}, "ann");
  house.run(*courier);
  const auto later = house.receiver.take();
  REQUIRE(first.size() == 1);
  REQUIRE(later.size() == 2);
  CHECK(later[0].body == first[0].body);
  CHECK(later[1].body.find("\"number\":2,\"prev\":1") != std::string::npos);
}

TEST_CASE("an older log than the cursor is met at its end, and said") {
  House house;
  const auto who = house.subscriber();
  DeliveryState ahead{7, house.engine->epoch(), {500}, 12, {501}, 11, 0, 0};
  const ProgressStore::Change row{state_key(who.name), ahead.encode()};
  house.store->write({&row, 1});
  const auto courier = house.courier(who);
  CHECK(house.troubles.size() == 1);
  send_many(house, house.group("ann", {"bob"}), 1);
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{13});
}

TEST_CASE("the event under way that another log has in its place is not sent under the same number") {
  House house;
  send_many(house, house.group("ann", {"bob"}), 2);
  const auto who = house.subscriber();
  const base::Position last = house.engine->durable();
  DeliveryState other{7, house.engine->epoch() + 1, {last.value - 1}, 12, last, 11, 0, 0};
  const ProgressStore::Change row{state_key(who.name), other.encode()};
  house.store->write({&row, 1});
  const auto courier = house.courier(who);
  CHECK(house.troubles.size() == 1);
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{13});
}

TEST_CASE("nothing is sent after a cancel, and the next start sends it") {
  House house;
  auto courier = house.courier(house.subscriber());
  send_many(house, house.group("ann", {"bob"}), 1);
  house.settle();
  courier->cancel();
  courier->step();
  courier->close();
  CHECK(house.receiver.take().empty());
  courier = house.courier(house.subscriber());
  house.run(*courier);
  CHECK(house.receiver.numbers() == Numbers{1});
}

}  // namespace
}  // namespace hansard::process

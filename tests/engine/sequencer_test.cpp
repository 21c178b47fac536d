#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {

TEST_CASE("a command becomes an event, and its answer names it") {
  House house;
  house.open();
  const auto group = house.group();
  const Done sent = house.send(group, "hello");
  CHECK(sent.created);
  CHECK(sent.changed);
  CHECK_FALSE(sent.replayed);
  CHECK(sent.position == Position{2});
  CHECK(sent.version == base::Version{2});
  CHECK(sent.conversation == group);
  REQUIRE(sent.events.size() == 1);
  CHECK(std::get<domain::MessageSent>(*sent.events[0]->body).content->text == "hello");
  CHECK(house.engine().durable() == Position{2});
  CHECK(house.store->size() == 2);
}

TEST_CASE("what was answered is read back from the log by another engine") {
  House house;
  house.open();
  const auto group = house.group();
  const Done sent = house.send(group, "hello");
  house.stop();
  house.open();
  auto events = house.engine().read({}, 10).value();
  REQUIRE(events.size() == 2);
  CHECK(events[1]->position == sent.position);
  CHECK(std::get<domain::MessageSent>(*events[1]->body) == std::get<domain::MessageSent>(*sent.events[0]->body));
  CHECK(events[1]->actor == base::UserId{"ann"});
}

TEST_CASE("nothing is answered, read or durable before the sync") {
  House house;
  house.open();
  const auto group = house.group();
  const Position before = house.engine().durable();
  const std::size_t answered = house.answers.size();
  house.store->hold();
  const auto sent = house.submit(text_message(group, "held"), as("ann"));
  house.store->wait_until_held();
  const auto rejected = house.submit(text_message(group, "not a member"), as("eve"));
  CHECK(house.answers.size() == answered);
  CHECK(house.engine().durable() == before);
  CHECK(house.engine().read(before, 10).value().empty());
  CHECK(house.engine().get(before.next()).error().code == base::ErrorCode::not_found);
  house.store->release();
  CHECK(std::get<Done>(house.wait(sent)).position == before.next());
  CHECK(std::get<domain::Rejection>(house.wait(rejected)).code == domain::RejectionCode::not_found);
  CHECK(house.engine().read(before, 10).value().size() == 1);
}

TEST_CASE("a rejection waits for the events it was decided against") {
  House house;
  house.open();
  const auto group = house.group();
  house.store->hold();
  const auto first = house.submit(text_message(group, "fills the sync"), as("ann"));
  house.store->wait_until_held();
  const auto removed = house.submit(domain::RemoveMember{group, {"bob"}}, as("ann"));
  const auto late = house.submit(text_message(group, "too late"), as("bob"));
  house.store->release();
  house.wait(first);
  CHECK(std::get<domain::Rejection>(house.wait(late)).code == domain::RejectionCode::not_found);
  CHECK(house.engine().durable() >= std::get<Done>(house.wait(removed)).position);
}

TEST_CASE("what changed nothing names a position at which what it was decided against is seen") {
  House house;
  house.open();
  const auto group = house.group();
  house.store->hold();
  house.submit(text_message(group, "fills the sync"), as("ann"));
  house.store->wait_until_held();
  const domain::FlagConversation mute{group, {}, true, {}};
  const auto muted = house.submit(mute, as("bob"));
  const auto again = house.submit(mute, as("bob"));
  house.store->release();
  const Done done = std::get<Done>(house.wait(again));
  CHECK_FALSE(done.changed);
  CHECK(done.position == std::get<Done>(house.wait(muted)).position);
}

TEST_CASE("what queues during a sync becomes one commit, and one call per sink") {
  House house;
  house.open();
  const auto group = house.group();
  house.store->hold();
  house.submit(text_message(group, "first"), as("ann"));
  house.store->wait_until_held();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 50; ++i) tokens.push_back(house.submit(text_message(group, "more"), as("bob")));
  const std::size_t calls = house.answers.calls();
  const std::size_t appends = house.store->appends;
  house.store->release();
  for (auto token : tokens) house.wait(token);
  CHECK(house.store->appends == appends + 2);
  CHECK(house.answers.calls() == calls + 2);
  CHECK(house.engine().metrics().commits == house.store->appends);
}

TEST_CASE("a commit takes no more commands than its limit, and loses none") {
  House house;
  house.options.batch_commands_max = 7;
  house.open();
  const auto group = house.group();
  house.store->hold();
  house.submit(text_message(group, "first"), as("ann"));
  house.store->wait_until_held();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 20; ++i) tokens.push_back(house.submit(text_message(group, std::to_string(i)), as("bob")));
  const std::size_t appends = house.store->appends;
  house.store->release();
  Position last;
  for (auto token : tokens) {
    const Done done = std::get<Done>(house.wait(token));
    CHECK(done.position > last);
    last = done.position;
  }
  CHECK(house.store->appends == appends + 1 + 3);
}

TEST_CASE("a commit takes no more bytes than its limit and one record") {
  House house;
  house.options.batch_bytes_max = 1;
  house.open();
  const auto group = house.group();
  house.store->hold();
  house.submit(text_message(group, "first"), as("ann"));
  house.store->wait_until_held();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 5; ++i) tokens.push_back(house.submit(text_message(group, "one each"), as("bob")));
  const std::size_t appends = house.store->appends;
  house.store->release();
  for (auto token : tokens) house.wait(token);
  CHECK(house.store->appends == appends + 1 + 5);
}

TEST_CASE("a full queue answers overloaded at once") {
  House house;
  house.options.queue_commands_max = 3;
  house.open();
  const auto group = house.group();
  house.store->hold();
  const auto first = house.submit(text_message(group, "in the sync"), as("ann"));
  house.store->wait_until_held();
  std::vector<std::uint64_t> queued;
  for (int i = 0; i < 3; ++i) queued.push_back(house.submit(text_message(group, "queued"), as("ann")));
  const auto refused = house.submit(text_message(group, "one too many"), as("ann"));
  REQUIRE(house.answers.has(refused));
  CHECK(std::holds_alternative<Overloaded>(house.wait(refused)));
  house.store->release();
  CHECK(std::holds_alternative<Done>(house.wait(first)));
  for (auto token : queued) CHECK(std::holds_alternative<Done>(house.wait(token)));
}

TEST_CASE("behind a command that has waited too long others are overloaded at once") {
  House house;
  house.options.queue_wait_max_ms = 800;
  house.open();
  const auto group = house.group();
  house.store->hold();
  const auto first = house.submit(text_message(group, "in a sync that takes its time"), as("ann"));
  house.store->wait_until_held();
  house.clock.advance(std::chrono::milliseconds(house.options.queue_wait_max_ms));
  const auto second = house.submit(text_message(group, "not too long yet"), as("ann"));
  CHECK_FALSE(house.answers.has(second));
  house.clock.advance(std::chrono::milliseconds(1));
  const auto refused = house.submit(text_message(group, "too long"), as("ann"));
  REQUIRE(house.answers.has(refused));
  CHECK(std::holds_alternative<Overloaded>(house.wait(refused)));
  house.store->release();
  CHECK(std::holds_alternative<Done>(house.wait(first)));
  CHECK(std::holds_alternative<Done>(house.wait(second)));
  CHECK(std::holds_alternative<Done>(house.wait(house.submit(text_message(group, "again"), as("ann")))));
}

TEST_CASE("a queue full of bytes answers overloaded, and has room again when they are written") {
  House house;
  house.options.queue_bytes_max = 100'000;
  house.open();
  const auto group = house.group();
  const std::string text(9'000, 'x');
  auto fill = [&] {
    std::size_t accepted = 0;
    house.store->hold();
    const auto first = house.submit(text_message(group, "in the sync"), as("ann"));
    house.store->wait_until_held();
    std::vector<std::uint64_t> tokens;
    for (int i = 0; i < 20; ++i) tokens.push_back(house.submit(text_message(group, text), as("ann")));
    house.store->release();
    house.wait(first);
    for (auto token : tokens) accepted += std::holds_alternative<Done>(house.wait(token)) ? 1 : 0;
    return accepted;
  };
  const std::size_t accepted = fill();
  CHECK(accepted >= 5);
  CHECK(accepted <= 11);
  CHECK(fill() == accepted);
}

TEST_CASE("without a disk reserve commands are refused and reads go on") {
  House house;
  house.open();
  const auto group = house.group();
  {
    std::lock_guard lock(house.store->mutex);
    house.store->has_reserve = false;
  }
  const auto refused = house.submit(text_message(group, "no room"), as("ann"));
  REQUIRE(house.answers.has(refused));
  CHECK(std::holds_alternative<DiskFull>(house.wait(refused)));
  CHECK(house.engine().read({}, 10).value().size() == 1);
  CHECK_FALSE(house.engine().metrics().has_disk_reserve);
}

TEST_CASE("stop finishes what is queued and refuses what comes after") {
  House house;
  house.open();
  const auto group = house.group();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 100; ++i) tokens.push_back(house.submit(text_message(group, "before"), as("ann")));
  house.engine().stop();
  for (auto token : tokens) REQUIRE(house.answers.has(token));
  const auto late = house.submit(text_message(group, "after"), as("ann"));
  REQUIRE(house.answers.has(late));
  CHECK(std::holds_alternative<Overloaded>(house.wait(late)));
  CHECK(house.engine().durable() == Position{101});
  house.engine().stop();
}

TEST_CASE("the log's time never goes back") {
  House house;
  house.open();
  const auto group = house.group();
  const auto first = house.send(group, "now").events[0]->time;
  house.clock.jump(std::chrono::hours(-5));
  CHECK(house.send(group, "an hour that was set back").events[0]->time == first);
  house.stop();
  house.open();
  CHECK(house.send(group, "after a restart").events[0]->time == first);
}

TEST_CASE("an accepted loss is an event of the system stream") {
  House house;
  house.report.loss_accepted_after = Position{0};
  house.store->epoch = 2;
  house.open();
  auto event = house.engine().get({1}).value();
  const auto& loss = std::get<domain::LossAccepted>(*event->body);
  CHECK(loss.after == Position{0});
  CHECK(loss.epoch == 2);
  CHECK(event->stream.is_nil());
  CHECK(event->version == base::Version{1});
}

}  // namespace hansard::engine

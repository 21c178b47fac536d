#include "projections/process/consumers.h"

#include <catch2/catch.hpp>

#include "projections/process/progress_name.h"
#include "tests/support/fake_engine.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace hansard::process {
namespace {

using Put = Consumers::Put;
using Ack = Consumers::Ack;

struct Desk {
  explicit Desk(std::uint64_t events = 10, std::uint32_t epoch = 1) : engine(made(events), epoch) { open(); }
  static std::vector<engine::EventPtr> made(std::uint64_t events) {
    std::vector<engine::EventPtr> all;
    for (std::uint64_t i = 1; i <= events; ++i) {
      domain::RecordedEvent event;
      event.position = {i};
      all.push_back(std::make_shared<const domain::RecordedEvent>(event));
    }
    return all;
  }
  void open() { consumers.emplace(engine, *store, clock, ConsumerOptions{3, 1'000}); }
  void reopen() {
    consumers.reset();
    open();
  }

  support::TempFolder folder;
  support::ManualClock clock;
  support::FakeEngine engine;
  std::unique_ptr<ProgressStore> store = ProgressStore::open(folder / "outbox").value();
  std::optional<Consumers> consumers;
};

engine::EventFilter sent() {
  engine::EventFilter filter;
  filter.types = {domain::EventType::message_sent};
  filter.actor = base::UserId{"ann"};
  filter.conversation = base::ConversationId{{1, 2, 3}};
  return filter;
}

TEST_CASE("a consumer is made once, keeps its cursor when its filter changes, and has a name") {
  Desk desk;
  CHECK(desk.consumers->put("bill", sent(), {4}) == Put::created);
  CHECK(desk.consumers->put("bill", sent(), {9}) == Put::unchanged);
  CHECK(desk.consumers->status("bill")->cursor.value == 4);
  CHECK(desk.consumers->put("bill", {}, {9}) == Put::changed);
  CHECK(desk.consumers->status("bill")->cursor.value == 4);
  CHECK_FALSE(desk.consumers->status("jill"));
  CHECK(is_progress_name("a-b_9"));
  for (const auto* wrong : {"", "A", "a/b", "a b"}) CHECK_FALSE(is_progress_name(wrong));
  CHECK_FALSE(is_progress_name(std::string(65, 'a')));
}

TEST_CASE("there are no more consumers than the limit says, and one that goes makes room") {
  Desk desk;
  for (const auto* name : {"a", "b", "c"}) CHECK(desk.consumers->put(name, {}, {}) == Put::created);
  CHECK(desk.consumers->put("d", {}, {}) == Put::too_many);
  CHECK(desk.consumers->remove("a"));
  CHECK_FALSE(desk.consumers->remove("a"));
  CHECK(desk.consumers->put("d", {}, {}) == Put::created);
}

TEST_CASE("a stop keeps what was acknowledged, a crash keeps no more than that") {
  Desk desk;
  desk.consumers->put("bill", sent(), {});
  CHECK(desk.consumers->ack("bill", std::nullopt, {7}) == Ack::taken);
  CHECK(desk.consumers->ack("bill", std::nullopt, {3}) == Ack::taken);
  CHECK(desk.consumers->status("bill")->cursor.value == 7);
  {
    Consumers other(desk.engine, *desk.store, desk.clock, {});  // as after a crash: nothing was flushed
    CHECK(other.status("bill")->cursor.value == 0);
    CHECK(other.status("bill")->filter == sent());
  }
  desk.reopen();
  CHECK(desk.consumers->status("bill")->cursor.value == 7);
}

TEST_CASE("a newer reader fences the older one") {
  Desk desk;
  desk.consumers->put("bill", {}, {2});
  int told = 0;
  const auto older = desk.consumers->take("bill", [&] { ++told; });
  REQUIRE(older);
  CHECK(older->cursor.value == 2);
  CHECK(desk.consumers->status("bill")->is_read);
  const auto newer = desk.consumers->take("bill", nullptr);
  CHECK(told == 1);
  CHECK(newer->lease > older->lease);
  CHECK_FALSE(desk.consumers->holds("bill", older->lease));
  CHECK(desk.consumers->ack("bill", older->lease, {5}) == Ack::fenced);
  CHECK(desk.consumers->ack("bill", newer->lease, {5}) == Ack::taken);
  CHECK(desk.consumers->ack("jill", newer->lease, {5}) == Ack::unknown);
  desk.consumers->leave("bill", older->lease);
  CHECK(desk.consumers->holds("bill", newer->lease));
}

TEST_CASE("who was fenced and leaves takes nothing from the newer reader") {
  Desk desk;
  desk.consumers->put("bill", {}, {});
  const auto older = desk.consumers->take("bill", [] {})->lease;
  int told = 0;
  desk.consumers->take("bill", [&] { ++told; });
  desk.consumers->leave("bill", older);
  CHECK(desk.consumers->status("bill")->is_read);
  desk.consumers->take("bill", nullptr);
  CHECK(told == 1);
}

TEST_CASE("a changed or removed consumer ends its reader") {
  Desk desk;
  desk.consumers->put("bill", {}, {});
  int told = 0;
  const auto lease = desk.consumers->take("bill", [&] { ++told; })->lease;
  desk.consumers->put("bill", sent(), {});
  CHECK(told == 1);
  CHECK_FALSE(desk.consumers->holds("bill", lease));
  desk.consumers->take("bill", [&] { ++told; });
  desk.consumers->remove("bill");
  CHECK(told == 2);
}

TEST_CASE("after an accepted loss a cursor stands at most before what the new epoch began with") {
  support::TempFolder folder;
  support::ManualClock clock;
  auto store = ProgressStore::open(folder / "outbox").value();
  {
    support::FakeEngine before(Desk::made(10), 1);
    Consumers consumers(before, *store, clock, {});
    consumers.put("far", {}, {9});
    consumers.put("near", {}, {2});
  }
  {
    support::FakeEngine after(Desk::made(5), 2);
    Consumers consumers(after, *store, clock, {});
    CHECK(consumers.status("far")->cursor.value == 4);
    CHECK(consumers.status("near")->cursor.value == 2);
  }
  support::FakeEngine longer(Desk::made(20), 2);
  Consumers consumers(longer, *store, clock, {});
  CHECK(consumers.status("far")->cursor.value == 4);
  CHECK(consumers.status("near")->cursor.value == 2);
}

}  // namespace
}  // namespace hansard::process

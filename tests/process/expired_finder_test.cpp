// What may expire is found a stretch at a time, whatever legal holds keep.
#include "projections/process/expired_finder.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/process/house.h"
#include "tests/process/reluctant_engine.h"

namespace hansard::process {
namespace {

using std::chrono::seconds;

// A conversation of ann and bob whose messages expire after a second.
base::ConversationId short_lived(House& house, int messages, const std::string& author) {
  domain::SettingsPatch settings;
  settings.retention_s = 1;
  const auto id = house.group("ann", {"bob"}, settings);
  for (int i = 0; i < messages; ++i) house.send(id, author, "text");
  return id;
}

std::size_t expired_in(House& house, const base::ConversationId& id) {
  house.settle();
  projections::HistoryQuery query;
  query.limit = 200;
  const auto page = house.views->snapshot()->history(id, query, {});
  return static_cast<std::size_t>(std::ranges::count_if(page.items, [](const auto& m) { return m.expired; }));
}

TEST_CASE("what a hold keeps from expiring hides nothing else, and is proposed once") {
  House house;
  const auto held = short_lived(house, 300, "ann");
  const auto his = short_lived(house, 250, "bob");
  house.send(his, "ann", "behind what is held");
  const auto free = short_lived(house, 2, "ann");
  domain::Caller admin;
  admin.subject = admin.actor = {"root"};
  admin.admin = true;
  house.run(domain::PlaceHold{{{1}}, held, "case 7"}, admin);
  house.run(domain::PlaceHold{{{2}}, base::UserId{"bob"}, "case 8"}, admin);
  house.clock.advance(seconds(2));
  ReluctantEngine engine(*house.engine);
  CommandDesk desk(engine);
  ProposalTimer timer(*house.views, house.clock, desk, find_expired());
  int steps = 0;
  for (bool more = true; more;) {
    house.settle();
    more = timer.step() <= house.clock.monotonic();
    REQUIRE(++steps < 20);
  }
  CHECK(expired_in(house, held) == 0);
  CHECK(expired_in(house, his) == 1);
  CHECK(expired_in(house, free) == 2);
  CHECK(engine.submitted < 20);
}

domain::Caller admin() {
  domain::Caller caller;
  caller.subject = caller.actor = {"root"};
  caller.admin = true;
  return caller;
}

// A finder with small limits, whose orders are carried out.
struct Expiring {
  explicit Expiring(ExpiryLimits limits) : finder(limits) {}

  // A round; how many rows were read in vain.
  std::size_t round(std::size_t limit = 3) {
    std::size_t in_vain = 0;
    for (bool is_end = false; !is_end;) {
      house.settle();
      Look look = finder(*house.views->snapshot(), house.clock.now(), limit);
      REQUIRE(look.proposals.size() <= limit);
      REQUIRE(++looks < 1'000);
      is_end = look.is_end;
      in_vain += look.in_vain;
      proposed += look.proposals.size();
      if (!look.proposals.empty()) desk.run(std::move(look.proposals));
    }
    return in_vain;
  }
  void hold_ann() { house.run(domain::PlaceHold{{{1}}, base::UserId{"ann"}, "case 7"}, admin()); }

  House house;
  CommandDesk desk{*house.engine};
  ExpiredFinder finder;
  std::size_t looks = 0;
  std::size_t proposed = 0;
};

TEST_CASE("a held message keeps nothing behind it from expiring, and what is kept is read twice at most") {
  const std::size_t remembered = GENERATE(0, 10);
  Expiring e({2, 5, remembered});
  const auto id = short_lived(e.house, 40, "ann");
  for (int i = 0; i < 30; ++i) e.house.send(id, "bob", "behind what is held");
  for (int i = 0; i < 10; ++i) e.house.send(id, "ann", "held again");
  e.hold_ann();
  e.house.clock.advance(seconds(2));
  e.round();
  CHECK(expired_in(e.house, id) == 30);
  e.round();
  CHECK((e.round() <= 2) == (remembered > 0));
  CHECK((e.proposed <= 31) == (remembered > 0));
  e.house.send(id, "bob", "later");
  e.house.clock.advance(seconds(2));
  e.round();
  CHECK(expired_in(e.house, id) == 31);
}

TEST_CASE("held conversations hide none behind them, however many they are") {
  Expiring e({2, 5, 3});
  std::vector<base::ConversationId> held;
  for (int i = 0; i < 9; ++i) held.push_back(short_lived(e.house, 4, "ann"));
  e.house.clock.advance(seconds(1));
  const auto free = short_lived(e.house, 7, "bob");
  e.hold_ann();
  e.house.clock.advance(seconds(2));
  e.round();
  CHECK(expired_in(e.house, free) == 7);
  for (const auto& id : held) CHECK(expired_in(e.house, id) == 0);
}

TEST_CASE("what was kept expires when its hold is released") {
  Expiring e({2, 5, 10});
  const auto id = short_lived(e.house, 12, "ann");
  e.hold_ann();
  e.house.clock.advance(seconds(2));
  e.round();
  e.round();
  CHECK(expired_in(e.house, id) == 0);
  e.house.run(domain::ReleaseHold{{{1}}, "over"}, admin());
  e.round();
  CHECK(expired_in(e.house, id) == 12);
}

TEST_CASE("what was not carried out is found again in the next round, also where a held one is among it") {
  Expiring e({2, 5, 10});
  const auto id = short_lived(e.house, 7, "bob");
  e.house.send(id, "ann", "held");
  e.hold_ann();
  e.house.clock.advance(seconds(2));
  e.house.settle();
  for (bool is_end = false; !is_end;) is_end = e.finder(*e.house.views->snapshot(), e.house.clock.now(), 3).is_end;
  e.round();
  CHECK(expired_in(e.house, id) == 7);
}

}  // namespace
}  // namespace hansard::process

#include "api/presence.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "tests/support/manual_clock.h"

using namespace hansard;
using namespace hansard::api;
using namespace std::chrono_literals;
using base::UserId;

namespace {

constexpr auto kDebounce = 5'000ms;
const UserId kAnn{"ann"};
const UserId kBob{"bob"};

struct Board {
  support::ManualClock clock;
  PresenceBoard board{clock, kDebounce};
  std::vector<PresenceChange> told;

  PresenceBoard::Lease come(PresenceStatus status = PresenceStatus::online, const UserId& user = kAnn) {
    return board.open(user, status);
  }
  void pass(std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 250ms) {
      clock.advance(std::min(time, std::chrono::milliseconds(250ms)));
      for (auto& change : board.tick(100)) told.push_back(std::move(change));
    }
  }
  std::vector<std::string> words() const {
    std::vector<std::string> words;
    for (const auto& change : told) words.emplace_back(word_of(change.status));
    return words;
  }
  PresenceStatus now() { return board.of(kAnn).status; }
  std::vector<base::Timestamp> noted() {
    std::vector<base::Timestamp> times;
    for (const auto& note : board.take_notes(1'000)) times.push_back(note.at);
    return times;
  }
};

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a device that stays is told once, and that it is gone once") {
  Board b;
  auto lease = b.come();
  CHECK(b.now() == PresenceStatus::online);
  b.pass(20s);
  CHECK(b.words() == Words{"online"});
  auto left_at = b.clock.now();
  lease.touch(left_at);
  lease = {};
  CHECK(b.now() == PresenceStatus::offline);
  b.pass(4'750ms);
  CHECK(b.words() == Words{"online"});
  b.pass(20s);
  CHECK(b.words() == Words{"online", "offline"});
  CHECK(b.told.back().last_seen == left_at);
}

TEST_CASE("a flapping connection tells nobody") {
  Board b;
  auto lease = b.come();
  b.pass(6s);
  b.told.clear();
  for (int i = 0; i < 10; ++i) {
    lease = {};
    b.pass(2s);
    lease = b.come();
    b.pass(2s);
  }
  b.pass(20s);
  CHECK(b.words().empty());
}

TEST_CASE("who comes and goes within the debounce tells nobody") {
  Board b;
  for (int i = 0; i < 5; ++i) {
    auto lease = b.come();
    b.pass(1s);
  }
  b.pass(60s);
  CHECK(b.words().empty());
}

TEST_CASE("the best of a user's devices counts") {
  Board b;
  auto phone = b.come(PresenceStatus::away);
  CHECK(b.now() == PresenceStatus::away);
  auto desk = b.come();
  CHECK(b.now() == PresenceStatus::online);
  b.pass(6s);
  desk.set(PresenceStatus::offline);
  CHECK(b.now() == PresenceStatus::away);
  b.pass(6s);
  phone = {};
  CHECK(b.now() == PresenceStatus::offline);
  b.pass(6s);
  CHECK(b.words() == Words{"online", "away", "offline"});
}

TEST_CASE("who appears offline is offline, and shows no signs of life") {
  Board b;
  auto lease = b.come(PresenceStatus::offline);
  b.pass(10s);
  lease.touch(b.clock.now());
  b.pass(90min);
  CHECK(b.words().empty());
  CHECK_FALSE(b.board.of(kAnn).last_seen);
  CHECK(b.noted().empty());
  lease.set(PresenceStatus::online);
  b.pass(10s);
  auto hid_at = b.clock.now();
  lease.set(PresenceStatus::offline);
  b.pass(10s);
  lease.touch(b.clock.now());
  CHECK(b.board.of(kAnn).last_seen == hid_at);
  CHECK(b.words() == Words{"online", "offline"});
}

TEST_CASE("who was shown a status that never settles is told the settled one") {
  Board b;
  auto lease = b.come();
  b.pass(10s);
  b.told.clear();
  lease = {};
  b.pass(1s);
  CHECK(b.now() == PresenceStatus::offline);
  lease = b.come();
  b.pass(10s);
  CHECK(b.words() == Words{"online"});
}

TEST_CASE("last seen is noted when somebody comes, hourly while he stays, and when he has gone") {
  Board b;
  auto came_at = b.clock.now();
  auto lease = b.come();
  b.pass(1s);
  CHECK(b.noted() == std::vector{came_at});
  for (int minute = 0; minute < 125; ++minute) {
    b.pass(1min);
    lease.touch(b.clock.now());
  }
  CHECK(b.noted().size() == 2);
  auto left_at = b.clock.now();
  lease = {};
  b.pass(6s);
  CHECK(b.noted() == std::vector{left_at});
}

TEST_CASE("comings and goings are noted no oftener than they settle") {
  Board b;
  for (int i = 0; i < 60; ++i) {
    auto lease = b.come();
    b.pass(500ms);
    lease.touch(b.clock.now());
    lease = {};
    b.pass(500ms);
  }
  CHECK(b.noted().size() <= 2);
  auto left_at = b.board.of(kAnn).last_seen;
  b.pass(60s);
  CHECK(b.noted().back() == left_at);
}

TEST_CASE("a stop notes everybody who was seen since, and tells nothing any more") {
  Board b;
  auto ann = b.come();
  auto bob = b.come(PresenceStatus::away, kBob);
  auto ghost = b.come(PresenceStatus::offline, UserId{"carol"});
  b.pass(10s);
  b.noted();
  b.told.clear();
  ann.touch(b.clock.now());
  bob.touch(b.clock.now());
  b.board.stop();
  CHECK(b.noted() == std::vector{b.clock.now(), b.clock.now()});
  ann = {};
  b.pass(60s);
  CHECK(b.words().empty());
}

TEST_CASE("who has gone is remembered for a while and then forgotten") {
  Board b;
  auto lease = b.come();
  b.pass(10s);
  lease = {};
  b.pass(29s);
  CHECK(b.board.of(kAnn).last_seen);
  b.pass(2s);
  CHECK_FALSE(b.board.of(kAnn).last_seen);
}

TEST_CASE("a tick tells no more than it was asked for, and the rest later") {
  Board b;
  std::vector<PresenceBoard::Lease> leases;
  for (int i = 0; i < 10; ++i) leases.push_back(b.come(PresenceStatus::online, {"user-" + std::to_string(i)}));
  b.clock.advance(6s);
  CHECK(b.board.tick(4).size() == 4);
  CHECK(b.board.tick(4).size() == 4);
  CHECK(b.board.tick(4).size() == 2);
}

TEST_CASE("notes that nobody takes are limited: the oldest go") {
  Board b;
  for (std::size_t i = 0; i < PresenceBoard::kNotesMax + 10; ++i) {
    auto lease = b.come(PresenceStatus::online, {"user-" + std::to_string(i)});
    if (i % 4'000 == 0) b.board.tick(1);
  }
  b.pass(20s);
  auto notes = b.board.take_notes(PresenceBoard::kNotesMax * 2);
  CHECK(notes.size() == PresenceBoard::kNotesMax);
}

TEST_CASE("what is told follows what is, whatever devices do") {
  rc::prop("after quiet time the last told status is the present one, and changes are apart", [] {
    Board b;
    std::vector<PresenceBoard::Lease> leases;
    auto steps = *rc::gen::inRange(1, 80);
    auto status = [] { return PresenceStatus(*rc::gen::inRange(0, 3)); };
    for (int i = 0; i < steps; ++i) {
      auto roll = *rc::gen::inRange(0u, 8u);
      if (roll < 2) {
        leases.push_back(b.come(status()));
      } else if (roll < 4 && !leases.empty()) {
        leases.erase(leases.begin() + static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, leases.size())));
      } else if (roll < 5 && !leases.empty()) {
        leases[*rc::gen::inRange<std::size_t>(0, leases.size())].set(status());
      } else {
        auto told = b.told.size();
        b.pass(std::chrono::milliseconds(250 * *rc::gen::inRange(1, 30)));
        RC_ASSERT(b.told.size() - told <= 1u);
      }
    }
    b.pass(6s);
    auto before = b.told.size();
    auto now = b.now();
    auto told = b.told.empty() ? PresenceStatus::offline : b.told.back().status;
    RC_ASSERT(told == now);
    for (std::size_t i = 1; i < b.told.size(); ++i) RC_ASSERT(b.told[i].status != b.told[i - 1].status);
    b.pass(60s);
    RC_ASSERT(b.told.size() == before);
  });
}

TEST_CASE("leases of many threads leave nobody behind") {
  Board b;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&b, t] {
      for (int i = 0; i < 500; ++i) {
        auto lease = b.come(PresenceStatus::online, {"user-" + std::to_string((t + i) % 7)});
        lease.touch(b.clock.now());
        lease.set(PresenceStatus::away);
        b.board.of(kAnn);
        if (i % 50 == 0) b.board.tick(10);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 7; ++i) CHECK(b.board.of({"user-" + std::to_string(i)}).status == PresenceStatus::offline);
  b.pass(60s);
  CHECK(b.words().empty());
}

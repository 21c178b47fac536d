// What a rebuild leaves to live traffic, told from the outside: commits and their syncs.
#include "projections/rebuild_pace.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_engine.h"

namespace hansard::projections {

namespace {
using namespace std::chrono_literals;

// Live traffic: what was durable, and how long its commits took to sync.
class Traffic {
 public:
  RebuildPace& pace() { return pace_; }
  void commit(std::uint64_t commits, std::chrono::nanoseconds each) {
    for (std::uint64_t i = 0; i < commits; ++i) engine_.append({});
    metrics_.commits += commits;
    metrics_.sync_seconds.sum += static_cast<double>(commits) * static_cast<double>(each.count()) / 1e9;
    engine_.set_metrics(metrics_);
  }
  // One batch: rest, look, work.
  void batch(std::chrono::nanoseconds resting, std::chrono::nanoseconds working) {
    commit(10, resting);
    pace_.look(engine_.durable(), base::MonotonicTime{} + 1s);
    commit(10, working);
    pace_.worked();
  }

 private:
  support::FakeEngine engine_;
  engine::Metrics metrics_;
  RebuildPace pace_{engine_, 40'000};
};
}  // namespace

TEST_CASE("while nobody writes a rebuild takes no breath") {
  Traffic traffic;
  traffic.pace().look({}, base::MonotonicTime{} + 1s);
  CHECK(traffic.pace().breath(10ms) == 0ns);
  CHECK(traffic.pace().rest(12'000, 10ms) == 0ns);
  CHECK(traffic.pace().batch_events() == RebuildPace::kIdleBatch);
}

TEST_CASE("beside others it works a fifth of the time and no faster than its limit") {
  Traffic traffic;
  traffic.batch(1ms, 1ms);
  CHECK(traffic.pace().batch_events() == RebuildPace::kBusyBatch);
  CHECK(traffic.pace().breath(10ms) == RebuildPace::kRestMin * 10ms);
  CHECK(traffic.pace().rest(12'000, 100ms) == 200ms);
  CHECK(traffic.pace().rest(12'000, 400ms) == 0ns);
}

TEST_CASE("two looks between two sends do not take a slow writer for none") {
  Traffic traffic;
  auto now = base::MonotonicTime{} + 1s;
  traffic.commit(1, 1ms);
  traffic.pace().look({1}, now);
  traffic.pace().look({1}, now += RebuildPace::kQuiet - 1ms);
  CHECK(traffic.pace().is_busy());
  traffic.pace().look({1}, now += 1ms);
  CHECK_FALSE(traffic.pace().is_busy());
}

TEST_CASE("it rests longer while its work slows the syncs of others, and shorter again") {
  Traffic traffic;
  traffic.batch(1ms, 3ms);
  CHECK(traffic.pace().breath(1ms) == 2 * RebuildPace::kRestMin * 1ms);
  for (int i = 0; i < 10; ++i) traffic.batch(1ms, 3ms);
  CHECK(traffic.pace().breath(1ms) == RebuildPace::kRestMax * 1ms);
  traffic.batch(1ms, 1800us);  // slower, but not by much: it stays as it is
  CHECK(traffic.pace().breath(1ms) == RebuildPace::kRestMax * 1ms);
  for (int i = 0; i < 10; ++i) traffic.batch(1ms, 1ms);
  CHECK(traffic.pace().breath(1ms) == RebuildPace::kRestMin * 1ms);
}

TEST_CASE("a handful of commits says nothing about it") {
  Traffic traffic;
  traffic.commit(RebuildPace::kCommitsCompared, 1ms);
  traffic.pace().look({1}, base::MonotonicTime{} + 1s);
  traffic.commit(RebuildPace::kCommitsCompared - 1, 50ms);
  traffic.pace().worked();
  CHECK(traffic.pace().breath(1ms) == RebuildPace::kRestMin * 1ms);
}

}  // namespace hansard::projections

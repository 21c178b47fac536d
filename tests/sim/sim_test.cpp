// The simulation itself: that a seed is a world, that worlds hold, and that defects are found.
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "tests/sim/disk.h"
#include "tests/sim/runner.h"

using namespace hansard::sim;

namespace {
constexpr std::size_t kSteps = 1'500;

// The first seed that fails, 0 for none.
std::uint64_t first_failing(Bug bug, std::uint64_t seeds, std::size_t steps) {
  std::uint64_t failing = 0;
  Batch batch;
  batch.last = seeds;
  batch.steps = steps;
  batch.bug = bug;
  run_batch(batch, [&](std::uint64_t seed, const Outcome&) {
    failing = seed;
    return false;
  });
  return failing;
}
}  // namespace

TEST_CASE("the same seed gives the same world, another one another") {
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Plan plan = draw_plan(seed, kSteps);
    const Outcome once = run_apart(plan, Bug::none);
    const Outcome again = run_apart(plan, Bug::none);
    CHECK(once.events > 0);
    CHECK(once.digest == again.digest);
    digests.insert(once.digest);
  }
  CHECK(digests.size() == 5);
}

TEST_CASE("a seed is the same world on RocksDB, too") {
  Plan plan = draw_plan(3, 1'000);
  plan.folder = kOwnFolder;
  const Outcome once = run_apart(plan, Bug::none);
  const Outcome again = run_apart(plan, Bug::none);
  CHECK(once.violation.value_or("holds") == "holds");
  CHECK(once.events > 0);
  CHECK(once.digest == again.digest);
}

TEST_CASE("worlds hold") {
  Batch batch;
  batch.last = 40;
  batch.steps = kSteps;
  const Totals totals = run_batch(batch, [](std::uint64_t seed, const Outcome& outcome) {
    FAIL_CHECK("seed " << seed << ": " << *outcome.violation);
    return true;
  });
  CHECK(totals.seeds == 40);
  CHECK(totals.events > 500);
  CHECK(totals.crashes > 10);
}

TEST_CASE("a planted bug is found") {
  for (const auto& [bug, name] : kBugs) {
    if (bug == Bug::none) continue;
    INFO(name);
    CHECK(first_failing(bug, 60, 3'000) != 0);
  }
}

TEST_CASE("a failing seed shrinks, and fails again with the steps that are left") {
  const std::uint64_t seed = first_failing(Bug::forget_commands, 60, 3'000);
  REQUIRE(seed != 0);
  const Plan whole = draw_plan(seed, 3'000);
  const Plan least = shrink(whole, Bug::forget_commands, 150, [](std::size_t) {});
  CHECK(least.steps.size() < whole.steps.size() / 4);
  const Plan again = keep_steps(whole, kept_steps(whole, least));
  REQUIRE(again.steps.size() == least.steps.size());
  CHECK(run_apart(again, Bug::forget_commands).violation.has_value());
  CHECK_FALSE(run_apart(again, Bug::none).violation.has_value());
}

TEST_CASE("a log that was cut anywhere keeps its whole batches, and no other") {
  LogFile whole;
  whole.append({"one", "two"});
  const std::size_t first = whole.bytes.size();
  whole.append({"three"});
  for (std::size_t cut = 0; cut <= whole.bytes.size(); ++cut) {
    LogFile torn = whole;
    torn.bytes.resize(cut);
    const std::size_t records = cut < first ? 0 : cut < whole.bytes.size() ? 2 : 3;
    CHECK(torn.recover().size() == records);
    CHECK(torn.bytes.size() == (records == 0 ? 0 : records == 2 ? first : whole.bytes.size()));
  }
}

TEST_CASE("a crash takes nothing that was synced") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Chance chance(seed);
    LogFile log;
    log.append({"kept"});
    log.synced = log.bytes.size();
    log.append({"lost", "perhaps"});
    log.crash(chance);
    const auto records = log.recover();
    CHECK((records.size() == 1 || records.size() == 3));
  }
}

TEST_CASE("rows fall back to a version that was whole") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Chance chance(seed);
    VersionedRows rows;
    for (const char* value : {"a", "b", "c"}) {
      rows.begin_version();
      rows.put("first", value);
      rows.put("second", value);
      if (std::string(value) == "a") rows.persist();
    }
    rows.crash(chance);
    const auto* first = rows.get("first", rows.newest());
    const auto* second = rows.get("second", rows.newest());
    REQUIRE((first != nullptr && second != nullptr));
    CHECK(*first == *second);
    seen.insert(*first);
  }
  CHECK(seen == std::set<std::string>{"a", "b", "c"});
}

// Seeds, each in a process of its own: nothing of one world is left for the next, and a CHECK that aborts, a signal or
// a loop without end is a failing seed like any other.
//
// Thread: one. Limits: `jobs` processes at a time; a world may take kSecondsMax of processor time, and ten times that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/bugs.h"
#include "tests/sim/schedule.h"
#include "tests/sim/world.h"

namespace hansard::sim {

inline constexpr char kOwnFolder[] = "its own";  // as Plan::folder: a temporary one
inline constexpr unsigned kSecondsMax = 60;

// Runs the plan in a child. What killed it, where it did not end by itself, is the violation. A plan with a folder gets
// another, of its own.
Outcome run_apart(const Plan& plan, Bug bug);

struct Batch {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::size_t steps = 1'000;
  Bug bug = Bug::none;
  bool is_on_rocks = false;  // each world on RocksDB, in a temporary folder
  std::size_t jobs = 1;
  double seconds = 0;  // ends early; 0: does not
};
struct Totals {
  std::uint64_t seeds = 0, failed = 0, events = 0, crashes = 0, frames = 0, client_ms = 0;
};
// Calls `report` for each seed that failed, and goes on while it answers true; `progress`, where there is one, after
// each seed.
Totals run_batch(const Batch& batch, const std::function<bool(std::uint64_t seed, const Outcome&)>& report,
                 const std::function<void(const Totals&)>& progress = {});
// The machine's own clock, which the worlds do not see.
double machine_seconds();

// A plan with as few steps as it takes to fail: first the end is cut off, then ever smaller pieces. `runs_max` bounds
// the work; `progress` is called with what is left after each success.
Plan shrink(Plan plan, Bug bug, std::size_t runs_max, const std::function<void(std::size_t steps)>& progress);

// Which steps of the seed's own plan are left, as "0-3,17": what --keep takes.
std::string kept_steps(const Plan& whole, const Plan& shrunk);
Plan keep_steps(const Plan& whole, const std::string& kept);

}  // namespace hansard::sim

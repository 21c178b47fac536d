// hansard-sim: simulated worlds by seed (world.h).
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/sim/runner.h"
#include "tests/support/temp_folder.h"

namespace {
using namespace hansard::sim;

constexpr std::size_t kFailuresMax = 10;

struct Asked {
  std::string seeds = "1..100";
  std::uint64_t seed = 0;
  std::size_t steps = 4'000;
  std::size_t jobs = 1;
  double seconds = 0;
  std::uint64_t least = 1;
  std::string bug = "none";
  std::string kept;
  bool is_on_rocks = false;
  bool has_progress = false;
  bool shrinks_failures = false;
  bool is_traced = false;
  bool is_to_shrink = false;
};

void print_totals(const Totals& totals) {
  const double hours = static_cast<double>(totals.client_ms) / 3'600'000.0;
  std::printf("%llu seeds: %.1f simulated client-hours, %llu events, %llu crashes and restarts\n",
              static_cast<unsigned long long>(totals.seeds), hours, static_cast<unsigned long long>(totals.events),
              static_cast<unsigned long long>(totals.crashes));
}

std::string command_of(const Asked& asked, std::uint64_t seed, const std::string& kept) {
  std::string command = "hansard-sim --seed " + std::to_string(seed) + " --steps " + std::to_string(asked.steps);
  if (asked.bug != "none") command += " --bug " + asked.bug;
  if (asked.is_on_rocks) command += " --rocks";
  if (!kept.empty()) command += " --keep " + kept;
  return command + " --trace";
}

Plan plan_of(const Asked& asked, std::uint64_t seed) {
  Plan plan = draw_plan(seed, asked.steps);
  if (asked.is_on_rocks) plan.folder = kOwnFolder;
  return plan;
}

int shrink_seed(const Asked& asked, Bug bug, std::uint64_t seed) {
  const Plan whole = plan_of(asked, seed);
  if (!run_apart(whole, bug).violation) {
    std::printf("seed %llu holds: there is nothing to shrink\n", static_cast<unsigned long long>(seed));
    return 0;
  }
  auto progress = [](std::size_t steps) { std::fprintf(stderr, "\r%zu steps ", steps); };
  const Plan least = shrink(whole, bug, 1'000, progress);
  const Outcome outcome = run_apart(least, bug);
  std::fprintf(stderr, "\n");
  std::printf("%zu of %zu steps are enough: %s\n  %s\n", least.steps.size(), whole.steps.size(),
              outcome.violation.value_or("(it does not fail)").c_str(),
              command_of(asked, seed, kept_steps(whole, least)).c_str());
  return outcome.violation ? 1 : 0;
}

// In this process, so that a debugger sees it.
int run_one(const Asked& asked, Bug bug) {
  Plan plan = plan_of(asked, asked.seed);
  if (!asked.kept.empty()) plan = keep_steps(plan, asked.kept);
  const hansard::support::TempFolder folder;
  if (asked.is_on_rocks) plan.folder = folder.path();
  World world(plan, bug, asked.is_traced);
  const Outcome outcome = world.run();
  std::printf("seed %llu: %s; digest %016llx, %llu events\n", static_cast<unsigned long long>(asked.seed),
              outcome.violation.value_or("holds").c_str(), static_cast<unsigned long long>(outcome.digest),
              static_cast<unsigned long long>(outcome.events));
  return outcome.violation ? 1 : 0;
}

int run_many(const Asked& asked, Bug bug) {
  Batch batch;
  const auto dots = asked.seeds.find("..");
  batch.first = std::stoull(asked.seeds);
  batch.last = dots == std::string::npos ? batch.first : std::stoull(asked.seeds.substr(dots + 2));
  batch.steps = asked.steps;
  batch.bug = bug;
  batch.jobs = asked.jobs;
  batch.seconds = asked.seconds;
  batch.is_on_rocks = asked.is_on_rocks;
  std::vector<std::uint64_t> failed;
  auto report = [&](std::uint64_t seed, const Outcome& outcome) {
    failed.push_back(seed);
    std::printf("seed %llu: %s\n  %s\n", static_cast<unsigned long long>(seed), outcome.violation->c_str(),
                command_of(asked, seed, "").c_str());
    std::fflush(stdout);
    return failed.size() < kFailuresMax;
  };
  const double begun = machine_seconds();
  double told = begun;
  auto progress = [&](const Totals& totals) {
    const double now = machine_seconds();
    if (!asked.has_progress || now - told < 1) return;
    told = now;
    std::fprintf(stderr, "\r%llu seeds, %.0f a minute, %llu failed ", static_cast<unsigned long long>(totals.seeds),
                 static_cast<double>(totals.seeds) * 60 / (now - begun),
                 static_cast<unsigned long long>(totals.failed));
  };
  const Totals totals = run_batch(batch, report, progress);
  if (asked.has_progress) std::fprintf(stderr, "\n");
  print_totals(totals);
  for (auto seed : failed) {
    if (asked.shrinks_failures) shrink_seed(asked, bug, seed);
  }
  const bool is_enough = totals.seeds >= asked.least;
  if (!is_enough) std::fprintf(stderr, "hansard-sim: fewer worlds than --least asks for; give it more --seconds\n");
  return failed.empty() && is_enough ? 0 : 1;
}
}  // namespace

int main(int argc, char** argv) {
  Asked asked;
  CLI::App app("Runs simulated worlds: clients, network, crashes and disk around the real server, from a seed.");
  app.footer("Example: hansard-sim --seeds 1..1000 --jobs 2\n         hansard-sim --seed 17 --shrink");
  app.add_option("--seeds", asked.seeds, "a range of seeds, A..B")->capture_default_str();
  auto* one = app.add_option("--seed", asked.seed, "one seed, in this process");
  app.add_option("--steps", asked.steps, "steps of a world")->capture_default_str();
  app.add_option("--jobs", asked.jobs, "worlds at a time")->capture_default_str()->check(CLI::Range(1, 256));
  app.add_option("--seconds", asked.seconds, "begin no world after so long (0: no limit)")->capture_default_str();
  app.add_option("--least", asked.least, "fail where fewer worlds than this were begun")->capture_default_str();
  app.add_option("--bug", asked.bug, "a defect to plant, see tests/sim/bugs.h")->capture_default_str();
  app.add_option("--keep", asked.kept, "only these steps of the seed, as --shrink prints them")->needs(one);
  app.add_flag("--rocks", asked.is_on_rocks, "on RocksDB in a temporary folder, not on a simulated disk");
  app.add_flag("--progress", asked.has_progress, "say how far it is, once a second");
  app.add_flag("--shrink-failures", asked.shrinks_failures, "shrink every seed that failed");
  app.add_flag("--shrink", asked.is_to_shrink, "find the fewest steps with which the seed fails")->needs(one);
  app.add_flag("--trace", asked.is_traced, "print everything that clients see")->needs(one);
  CLI11_PARSE(app, argc, argv);
  const auto bug = bug_named(asked.bug);
  if (!bug) {
    std::fprintf(stderr, "hansard-sim: there is no defect '%s'; tests/sim/bugs.h has their names\n", asked.bug.c_str());
    return 2;
  }
  if (asked.is_to_shrink) return shrink_seed(asked, *bug, asked.seed);
  return one->count() > 0 ? run_one(asked, *bug) : run_many(asked, *bug);
}

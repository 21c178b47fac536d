// hansard-faults: the campaigns of tests/faults as long as one likes. Not installed; `./dev soak power` runs it.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/faults/campaign.h"
#include "tests/faults/child.h"
#include "tests/support/temp_folder.h"

using namespace hansard::faults;

namespace {
struct Wanted {
  std::uint64_t cuts = 1'000, failed_syncs = 200, failed_writes = 200, flipped_reads = 100, full_disks = 50;
  std::uint64_t seed = 0;
  std::string keep = std::filesystem::temp_directory_path() / "hansard-faults";
};

using Step = std::function<std::optional<std::string>(Campaign&)>;

void print(const char* name, const Tally& tally) {
  std::printf(
      "%s: %llu cuts (%llu in recovery, %llu under load, %llu while stopping), %llu kills in between, %llu failures "
      "(%llu stopped the process, %llu told, %llu borne), %llu commands acknowledged\n",
      name, static_cast<unsigned long long>(tally.cuts), static_cast<unsigned long long>(tally.in_recovery),
      static_cast<unsigned long long>(tally.under_load), static_cast<unsigned long long>(tally.in_stop),
      static_cast<unsigned long long>(tally.kills), static_cast<unsigned long long>(tally.failures),
      static_cast<unsigned long long>(tally.stopped), static_cast<unsigned long long>(tally.told),
      static_cast<unsigned long long>(tally.borne), static_cast<unsigned long long>(tally.acknowledged));
  std::fflush(stdout);
}

// True: every step was sound. The folder of one that was not is kept.
bool run(const char* name, std::uint64_t times, const Wanted& wanted, const Step& step) {
  const std::string work = wanted.keep + "/" + name;
  Campaign campaign(work, wanted.seed);
  for (std::uint64_t i = 1; i <= times; ++i) {
    if (auto wrong = step(campaign)) return std::printf("%s: BROKEN: %s\n", name, wrong->c_str()), false;
    if (i % 50 == 0 || i == times) print(name, campaign.tally());
  }
  std::filesystem::remove_all(work);
  return true;
}

Step failing(const std::string& call, const std::string& error) {
  return [call, error](Campaign& campaign) { return campaign.fail_call(call, error); };
}

int run_all(const Wanted& wanted) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(wanted.seed));
  bool sound = run("power", wanted.cuts, wanted, [](Campaign& campaign) { return campaign.cut_power(); });
  sound = run("failed-syncs", wanted.failed_syncs, wanted, failing("sync", "EIO")) && sound;
  sound = run("failed-writes", wanted.failed_writes, wanted, failing("write", "EIO")) && sound;
  sound = run("flipped-reads", wanted.flipped_reads, wanted, failing("read", "flip")) && sound;
  sound =
      run("full-disks", wanted.full_disks, wanted, [](Campaign& campaign) { return campaign.fill_disk(); }) && sound;
  std::printf("%s\n", sound ? "every promise was kept" : "a promise was broken");
  return sound ? 0 : 1;
}
}  // namespace

int main(int argc, char** argv) {
  run_if_child();
  Wanted wanted;
  wanted.seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count() % 1'000'000);
  CLI::App app(
      "Power cuts and failing disks under a whole store, again and again.\n"
      "Example: ./dev soak power --cuts 1000 --seed 7",
      "./dev soak power");
  app.add_option("--cuts", wanted.cuts, "power cuts")->capture_default_str();
  app.add_option("--failed-syncs", wanted.failed_syncs, "syncs that fail")->capture_default_str();
  app.add_option("--failed-writes", wanted.failed_writes, "writes that fail")->capture_default_str();
  app.add_option("--flipped-reads", wanted.flipped_reads, "bits flipped on the way from the disk")
      ->capture_default_str();
  app.add_option("--full-disks", wanted.full_disks, "disks that fill up")->capture_default_str();
  app.add_option("--seed", wanted.seed, "repeats a run");
  app.add_option("--keep", wanted.keep, "where to work; what failed stays here")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return run_all(wanted);
}

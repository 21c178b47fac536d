// What proofs cost: the same sends with hashing as it comes and with hashing put off (by [proof] interval_ms and
// events) until after the row, on a server each.
#include <algorithm>
#include <filesystem>

#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
constexpr std::size_t kRounds = 3;  // in turn, so that a slow minute of the machine meets both

double sends_per_second(const std::string& binary, const std::string& proof_settings, double seconds, double& cpu) {
  ServerProcess server({.binary = binary, .proof_settings = proof_settings});
  Scene scene{server, seconds, std::filesystem::path(server.data_folder()).parent_path().string()};
  const double before = server.metric("hansard_proof_cpu_seconds_total");
  const Row row = pipelined_send_row(scene);
  cpu = (server.metric("hansard_proof_cpu_seconds_total") - before) / (seconds + 0.5);
  return row.value;
}
}  // namespace

std::vector<Row> proof_cost_rows(const std::string& binary, double seconds) {
  std::vector<double> hashed, delayed;
  double cpu = 0, no_cpu = 0;
  for (std::size_t i = 0; i < kRounds; ++i) {
    hashed.push_back(sends_per_second(binary, "", seconds, cpu));
    delayed.push_back(sends_per_second(binary, "interval_ms = 3_600_000\nevents = 10_000_000\n", seconds, no_cpu));
  }
  std::sort(hashed.begin(), hashed.end());
  std::sort(delayed.begin(), delayed.end());
  const double with = hashed[kRounds / 2], without = delayed[kRounds / 2];
  const auto percent = [](double share) { return std::to_string(static_cast<int>(share * 1'000) / 10.0).substr(0, 4); };
  return {{"WebSocket sends, hashing as it comes", with, "sends/s", std::nullopt, 0, 0,
           "hashing took " + percent(cpu) + " % of one processor"},
          {"WebSocket sends, hashing put off", without, "sends/s", std::nullopt, 0, 0,
           "medians of " + std::to_string(kRounds) + " in turn; hashing as it comes costs " +
               percent(1 - with / without) + " %"}};
}

}  // namespace hansard::bench

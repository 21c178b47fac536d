// What the scenarios share: a server under test, the load on it, and whether it is its old self again afterwards.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/load.h"
#include "tests/bench/scene.h"
#include "tests/overload/outcome.h"

namespace hansard::overload {

// How large the scenarios are. The defaults are those of docs/RELIABILITY.md; `for_ci` fits into a minute of a busy
// machine, and then only what does not depend on its speed is a bar.
struct Sizes {
  double seconds = 60;  // of overload
  double factor = 3;    // offered, over what was sustained
  std::size_t senders = 2'000;
  std::size_t silent = 5'000;
  std::size_t storm = 10'000;
  std::size_t cuts = 3;
  std::size_t resuming = 1'000;
  std::size_t missed = 1'000;  // messages each of them missed
  std::size_t members = 10'000;
  std::size_t messages = 100;  // sent to all of those
  std::uint64_t seed = 1;
  bool are_times_bars = true;

  static Sizes for_ci();
};

// A server, as it is before anything happens to it.
class Site {
 public:
  Site(const std::string& binary, const std::string& limits = "");

  // Samples the server's memory when it is due; for the tick of a load.
  void watch();
  double peak_growth_mb() const;  // of resident memory since `begin`
  void begin();                   // now is normal

  // Waits until queue, lagging sessions and /ready are as they should be and descriptors back within sixty; then the
  // bars of that. `since`: when the load ended (now_ns).
  void must_be_normal_again(Outcome& outcome, std::uint64_t since);

  bench::ServerProcess server;
  bench::Scene scene;

 private:
  bool is_normal() const;
  bool is_ready() const;

  std::uint64_t resident_before_ = 0, resident_peak_ = 0, next_sample_ = 0;
  std::size_t descriptors_before_ = 0;
  bench::Load idle_{0};  // to wait with
};

// A run of the server's frames or answers that has no structure worth parsing.
std::uint64_t number_after(std::string_view text, std::string_view name);  // 0 where it is not
std::string_view text_after(std::string_view text, std::string_view name);

// Loopback addresses in turn, so that no pair of addresses runs out of ports.
std::string source_of(std::size_t index);

// The process may hold as many descriptors as the machine lets it.
void raise_file_limit();

}  // namespace hansard::overload

// A progress line on standard error: rate, share and remaining time, redrawn in place on a terminal and printed every
// ten seconds otherwise; nothing at all when quiet.
//
// Thread: one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hansard::replay {

class Progress {
 public:
  Progress(std::string what, bool quiet);
  // `share` is 0..1; cheap to call often.
  void update(std::uint64_t done, double share);
  void finish(std::uint64_t done);
  double seconds() const;

 private:
  void print(std::uint64_t done, double share);

  std::string what_;
  bool quiet_;
  bool terminal_;
  std::chrono::steady_clock::time_point started_, printed_;
};

}  // namespace hansard::replay

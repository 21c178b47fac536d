// A progress line on standard error: rate, share and remaining time, redrawn in place on a terminal and printed every
// ten seconds otherwise; nothing at all when quiet.
//
// Thread: one at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

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

// The same for work that cannot say how far it is: from the first second on it says how long it takes, until it is
// destroyed; on a terminal each second, otherwise every ten.
//
// Owns: a thread, which only prints.
class Patience {
 public:
  Patience(std::string what, bool quiet);
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

 private:
  void run();

  const std::string what_;
  const bool terminal_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;
};

// Says in a line on standard error what is waited for; at most one in ten seconds, however many threads wait.
//
// Thread: any.
void tell_waiting(const std::string& what);

}  // namespace hansard::replay

#include "replay/segments/work_pool.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace hansard::segments {

using base::Result;

namespace {
constexpr unsigned kThreadsMax = 16;

struct Failure {
  std::mutex mutex;
  std::uint64_t step = 0;
  std::optional<base::Error> error;

  void note(std::uint64_t at, base::Error problem) {
    std::lock_guard lock(mutex);
    if (error && step < at) return;
    step = at;
    error = std::move(problem);
  }
};
}  // namespace

unsigned threads_for_work() { return std::clamp(std::thread::hardware_concurrency(), 1u, kThreadsMax); }

Result<void> run_steps(std::uint64_t count, unsigned threads, const std::function<Result<void>(std::uint64_t)>& step) {
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> has_failed{false};
  Failure failure;
  const auto work = [&] {
    while (!has_failed) {
      const std::uint64_t mine = next++;
      if (mine >= count) return;
      auto result = step(mine);
      if (result) continue;
      failure.note(mine, std::move(result).error());
      has_failed = true;
    }
  };
  std::vector<std::thread> workers;
  for (std::uint64_t i = 1; i < std::min<std::uint64_t>(threads, count); ++i) workers.emplace_back(work);
  work();
  for (auto& worker : workers) worker.join();
  if (failure.error) return *failure.error;
  return base::success();
}

}  // namespace hansard::segments

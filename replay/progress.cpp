#include "replay/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace hansard::replay {

namespace {
std::string bar(double share) {
  std::size_t filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * 24);
  return "[" + std::string(filled, '#') + std::string(24 - filled, '.') + "]";
}
}  // namespace

Progress::Progress(std::string what, bool quiet)
    : what_(std::move(what)),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()),
      printed_(started_) {}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

void Progress::print(std::uint64_t done, double share) {
  double passed = seconds();
  double rate = passed > 0 ? static_cast<double>(done) / passed : 0;
  double left = share > 0 ? passed * (1 - share) / share : 0;
  std::fprintf(stderr, "%s%s %s %3.0f %%  %llu done  %.0f/s  %.0f s left%s", terminal_ ? "\r" : "", what_.c_str(),
               bar(share).c_str(), share * 100, static_cast<unsigned long long>(done), rate, left,
               terminal_ ? "   " : "\n");
  std::fflush(stderr);
}

void Progress::update(std::uint64_t done, double share) {
  auto now = std::chrono::steady_clock::now();
  auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000);
  if (quiet_ || now - printed_ < pause) return;
  printed_ = now;
  print(done, share);
}

void Progress::finish(std::uint64_t done) {
  if (quiet_) return;
  print(done, 1);
  if (terminal_) std::fputc('\n', stderr);
}

void tell_waiting(const std::string& what) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kBetween{10};
  static std::mutex mutex;
  static std::optional<Clock::time_point> last;
  std::lock_guard lock(mutex);
  if (last && Clock::now() - *last < kBetween) return;
  last = Clock::now();
  std::fprintf(stderr, "%s%s\n", isatty(STDERR_FILENO) == 1 ? "\r" : "", what.c_str());
}

Patience::Patience(std::string what, bool quiet) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {
  if (!quiet) thread_ = std::thread([this] { run(); });
}

Patience::~Patience() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void Patience::run() {
  bool has_printed = false;
  std::unique_lock lock(mutex_);
  for (unsigned seconds = 1; !ended_.wait_for(lock, std::chrono::seconds(1), [this] { return is_over_; }); ++seconds) {
    if (!terminal_ && seconds % 10 != 0) continue;
    std::fprintf(stderr, "%s%s: %u s%s", terminal_ ? "\r" : "", what_.c_str(), seconds, terminal_ ? "   " : "\n");
    std::fflush(stderr);
    has_printed = true;
  }
  if (has_printed && terminal_) std::fputc('\n', stderr);
}

}  // namespace hansard::replay

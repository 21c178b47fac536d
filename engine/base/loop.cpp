#include "engine/base/loop.h"

#include <algorithm>

namespace hansard::base {

namespace {
constexpr std::chrono::hours kWaitMax{1};
}

Loop::Loop(Clock& clock, PositionGate& gate, std::function<Wake()> step)
    : clock_(clock), gate_(gate), step_(std::move(step)) {}

Loop::~Loop() { stop(); }

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::stop() {
  bell_->stop();
  if (thread_.joinable()) thread_.join();
}

void Loop::run() {
  while (wait(step_())) {
  }
}

bool Loop::wait(const Wake& wake) {
  const auto now = clock_.monotonic();
  const std::chrono::nanoseconds most = wake.at <= now ? std::chrono::nanoseconds(0) : wake.at - now;
  if (!wake.position || most == std::chrono::nanoseconds(0)) return bell_->wait_for(most);
  const auto ticket = gate_.notify_at(wake.position, [bell = bell_] { bell->ring(); }, PositionGate::Wait::follows);
  const bool go_on = bell_->wait_for(most);
  gate_.cancel(ticket);
  return go_on;
}

void Loop::Bell::ring() {
  {
    std::lock_guard lock(mutex);
    rung = true;
  }
  changed.notify_one();
}

void Loop::Bell::stop() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
  }
  changed.notify_one();
}

bool Loop::Bell::wait_for(std::chrono::nanoseconds most) {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, std::min<std::chrono::nanoseconds>(most, kWaitMax), [this] { return rung || stopping; });
  rung = false;
  return !stopping;
}

}  // namespace hansard::base

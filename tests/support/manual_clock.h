// A clock that only a test moves. It starts on 2024-01-01 and far enough from zero on the monotonic side.
//
// Thread: any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "engine/base/clock.h"

namespace hansard::support {

class ManualClock final : public base::Clock {
 public:
  base::Timestamp now() override { return {now_ms_.load()}; }
  base::MonotonicTime monotonic() override {
    return base::MonotonicTime(std::chrono::milliseconds(monotonic_ms_.load()));
  }

  void advance(std::chrono::milliseconds by) {
    now_ms_ += by.count();
    monotonic_ms_ += by.count();
  }
  // Only the wall clock jumps; it may go back.
  void jump(std::chrono::milliseconds by) { now_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_ms_ = 1'704'067'200'000;
  std::atomic<std::int64_t> monotonic_ms_ = 1'000'000'000;
};

}  // namespace hansard::support

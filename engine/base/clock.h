// The only source of time and randomness; everything below the edge takes its answers as arguments (I9).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>

#include "engine/base/ids.h"

namespace hansard::base {

using MonotonicTime = std::chrono::steady_clock::time_point;

// Thread: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() = 0;            // may jump in both directions
  virtual MonotonicTime monotonic() = 0;  // never goes back
};

Clock& system_clock();

// Cryptographically strong (OpenSSL's generator), drawn in blocks per thread. Thread: any.
void random_bytes(std::span<std::uint8_t> out);

// UUIDv7 (RFC 9562 section 5.7). Strictly increasing within the process whatever the clock does: the 12 bits of
// rand_a are a counter, and a millisecond is borrowed from the future when it overflows. Thread: any.
class UuidSource {
 public:
  explicit UuidSource(Clock& clock) : clock_(clock) {}
  std::array<std::uint8_t, 16> next();

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::uint64_t last_ = 0;  // milliseconds << 12 | counter
};

// RFC 3339 UTC with milliseconds: 2004-12-25T09:14:00.000Z. For the years 0 to 9999.
std::string time_text(Timestamp time);
// Any RFC 3339 date-time with an offset that names a moment of the years 0 to 9999 UTC; sub-millisecond digits are cut.
std::optional<Timestamp> parse_time(std::string_view text);

}  // namespace hansard::base

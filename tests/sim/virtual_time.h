// Time and chance of a simulated world. The product asks for them at two places, std::chrono's clocks and OpenSSL's
// generator; virtual_time.cpp defines those functions for this program, so that everything linked into it, Asio's
// timers included, lives in the world's time, and no production code knows (docs/adr/0041).
//
// Invariants: time stands still but for `advance` and `jump`; the monotonic clock never goes back; the bytes of chance
// depend on the seed alone.
// Thread: one. State of the process: a process simulates one world and ends (runner.h).
#pragma once

#include <chrono>
#include <cstdint>

namespace hansard::sim {

struct VirtualTime {
  static void begin(std::uint64_t seed);
  // Both clocks.
  static void advance(std::chrono::milliseconds by);
  // The wall clock alone, in either direction.
  static void jump(std::chrono::milliseconds by);
  // How long the world has lived; jumps do not count.
  static std::chrono::milliseconds lived();
};

}  // namespace hansard::sim

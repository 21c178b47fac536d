// Chance of the simulation: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
// The same seed gives the same numbers on every machine, which std::uniform_int_distribution does not promise.
//
// Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hansard::sim {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  // 0 to n - 1; n is not 0. The bias of the remainder is far below what a simulation could notice.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  bool percent(std::uint64_t p) { return below(100) < p; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace hansard::sim

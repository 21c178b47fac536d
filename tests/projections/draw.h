// Random choices out of one seed, so that a history of a thousand steps stays one small thing to shrink and to print.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace hansard::projections {

// A number below the one given; 0 for 0. The same draws make the same steps.
using Draw = std::function<std::uint64_t(std::uint64_t below)>;

inline Draw drawer(std::uint64_t seed) {
  auto state = std::make_shared<std::uint64_t>(seed);
  return [state](std::uint64_t below) {
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return below == 0 ? 0 : (*state >> 33) % below;
  };
}

}  // namespace hansard::projections

// How often a value fell into each of a few ranges, and their sum: the classic histogram of Prometheus.
//
// Thread: add from one, snapshot from any; a snapshot between two adds may have one value's count without its sum.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hansard::engine {

template <std::size_t N>
struct HistogramCounts {
  std::array<std::uint64_t, N + 1> counts{};  // values up to each bound and above the one before; the last above all
  double sum = 0;
};

template <std::size_t N>
class Histogram {
 public:
  explicit constexpr Histogram(const std::array<double, N>& bounds) : bounds_(bounds) {}

  void add(double value) {
    const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    counts_[static_cast<std::size_t>(place)].fetch_add(1, std::memory_order_relaxed);
    sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  HistogramCounts<N> snapshot() const {
    HistogramCounts<N> now;
    for (std::size_t i = 0; i <= N; ++i) now.counts[i] = counts_[i].load(std::memory_order_relaxed);
    now.sum = sum_.load(std::memory_order_relaxed);
    return now;
  }

 private:
  const std::array<double, N>& bounds_;
  std::array<std::atomic<std::uint64_t>, N + 1> counts_{};
  std::atomic<double> sum_ = 0;
};

// Of one synced write: a fast disk takes 0.2 ms, a slow one 20.
inline constexpr std::array<double, 12> kSyncSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                        0.01,   0.025,   0.05,   0.1,   0.5,    2.5};
// Of one group commit.
inline constexpr std::array<double, 10> kCommitEvents = {1, 2, 5, 10, 25, 50, 100, 250, 1'000, 4'000};

}  // namespace hansard::engine

// The highest rate of sends at which every view keeps up: an open loop in steps upwards, then the best of them for the
// whole time of a row. A rate is kept when 99 of 100 sends are acknowledged in its time, none is refused, and no view,
// search included, is ever more than a second behind.
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "tests/bench/open_loop.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
constexpr double kStep = 2'500, kFirst = 10'000, kMost = 200'000, kLagMaxS = 1.0;
constexpr std::uint64_t kSampleNs = 500'000'000;

// What a stretch at one rate came to.
struct Stretch {
  double rate = 0, acked = 0;
  std::uint64_t refused = 0;
  std::map<std::string, double> lag_s;  // the worst of each view
  Percentiles acks;

  double worst_lag_s() const {
    double worst = 0;
    for (const auto& [view, seconds] : lag_s) worst = std::max(worst, seconds);
    return worst;
  }
  bool is_kept() const { return acked >= 0.99 * rate && refused == 0 && worst_lag_s() <= kLagMaxS; }
  std::string in_words() const {
    char text[96];
    std::snprintf(text, sizeof text, "%.0f/s acknowledged at %.0f/s, %llu refused; seconds behind at most:", acked,
                  rate, static_cast<unsigned long long>(refused));
    std::string words = text;
    for (const auto& [view, seconds] : lag_s) {
      std::snprintf(text, sizeof text, " %s %.2f", view.c_str(), seconds);
      words += text;
    }
    return words;
  }
};

Stretch run_at(Scene& scene, OpenLoop& loop, double rate, double seconds) {
  Stretch stretch{rate, 0, 0, {}, {}};
  std::uint64_t next_sample = now_ns() + kSampleNs;
  loop.forget();
  loop.run(rate, seconds, [&] {
    if (now_ns() < next_sample) return;
    for (const auto& [view, behind_s] : scene.server.metric_by_labels("hansard_view_lag_seconds")) {
      auto& worst = stretch.lag_s[view];
      worst = std::max(worst, behind_s);
    }
    next_sample = now_ns() + kSampleNs;
  });
  stretch.acked = static_cast<double>(loop.acks.size()) / seconds;
  stretch.refused = loop.refused;
  stretch.acks = percentiles(loop.acks);
  std::cerr << "sustained: " << stretch.in_words() << "\n";
  return stretch;
}

// Sends on at a crawl until the views have everything.
void let_drain(Scene& scene, OpenLoop& loop) {
  do {
    loop.run(100, 0.2);
  } while (scene.server.metric("hansard_view_lag_events") > 1'000);
}
}  // namespace

Row sustained_row(Scene& scene) {
  OpenLoop loop(scene, "sustained");
  double best = kFirst;
  const double trial_s = std::max(2.0, scene.seconds / 10);
  while (best < kMost && run_at(scene, loop, best + kStep, trial_s).is_kept()) best += kStep;
  for (;; best -= kStep) {
    let_drain(scene, loop);
    const Stretch whole = run_at(scene, loop, best, scene.seconds);
    if (!whole.is_kept() && best > kStep) continue;
    const double rate = whole.is_kept() ? whole.acked : 0;
    return {"sustained sends, every view within 1 s", rate, "sends/s", whole.acks, 0, 0, whole.in_words()};
  }
}

}  // namespace hansard::bench

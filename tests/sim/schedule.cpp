#include "tests/sim/schedule.h"

#include <array>
#include <numeric>

#include "tests/sim/chance.h"

namespace hansard::sim {

namespace {
struct Weight {
  std::string_view name;
  std::uint64_t usual;  // of about thirteen thousand
  bool may_be_off;      // in some histories it does not happen at all
};

constexpr std::array<Weight, kKinds> kWeights{{
    {"sequence", 1'500, false}, {"fold_index", 200, true}, {"project", 1'000, false},   {"flush", 60, true},
    {"fire", 150, true},        {"poll", 2'500, false},    {"to_server", 1'500, false}, {"to_client", 1'500, false},
    {"receive", 1'500, false},  {"act", 1'400, false},     {"look", 300, true},         {"connect", 150, false},
    {"hang_up", 40, true},      {"notice", 80, false},     {"give_up", 60, true},       {"tick", 300, false},
    {"jump", 15, true},         {"fill_disk", 10, true},   {"crash", 5, true},          {"crash_in_sync", 5, true},
    {"restart", 3, true},
}};

std::array<std::uint64_t, kKinds> draw_weights(Chance& chance) {
  std::array<std::uint64_t, kKinds> weights{};
  for (std::size_t i = 0; i < kKinds; ++i) {
    const bool is_off = kWeights[i].may_be_off && chance.percent(20);
    weights[i] = is_off ? 0 : kWeights[i].usual * chance.between(25, 250);
  }
  return weights;
}

Kind draw_kind(Chance& chance, const std::array<std::uint64_t, kKinds>& weights, std::uint64_t total) {
  std::uint64_t drawn = chance.below(total);
  std::size_t kind = 0;
  while (drawn >= weights[kind]) drawn -= weights[kind++];
  return static_cast<Kind>(kind);
}

Sizes draw_sizes(Chance& chance) {
  Sizes sizes;
  sizes.io_threads = chance.between(1, 2);
  sizes.queue_commands_max = chance.between(2, 64);
  sizes.batch_commands_max = chance.between(1, 16);
  sizes.tail_events_max = chance.between(1, 128);
  sizes.overlay_events_max = chance.between(4, 64);
  sizes.receipt_interval_ms = chance.percent(50) ? 1'000 : 0;
  sizes.view_batch_max = chance.between(1, 64);
  sizes.outbox_frames_max = chance.between(2, 32);
  return sizes;
}
}  // namespace

std::string_view name_of(Kind kind) { return kWeights[static_cast<std::size_t>(kind)].name; }

Plan draw_plan(std::uint64_t seed, std::size_t steps) {
  Chance chance(seed);
  Plan plan;
  plan.seed = seed;
  plan.users = chance.between(2, 5);
  plan.clients = chance.between(plan.users, plan.users + 3);
  plan.sizes = draw_sizes(chance);
  const auto weights = draw_weights(chance);
  const auto total = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  plan.steps.reserve(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    const Kind kind = draw_kind(chance, weights, total);
    plan.steps.push_back({kind, chance.next()});
  }
  return plan;
}

}  // namespace hansard::sim

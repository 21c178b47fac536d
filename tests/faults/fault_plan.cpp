#include "tests/faults/fault_plan.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace hansard::faults {

namespace {
constexpr std::uint32_t kDelayUs = 3'000;

constexpr std::array kCalls{std::pair{"sync", Call::sync},     std::pair{"write", Call::write},
                            std::pair{"read", Call::read},     std::pair{"create", Call::create},
                            std::pair{"rename", Call::rename}, std::pair{"remove", Call::remove}};

std::string_view next_part(std::string_view& rest, char end) {
  const std::size_t at = std::min(rest.find(end), rest.size());
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

Failure failure_of(std::string_view word) {
  if (word == "flip") return {0, Failure::Kind::flip};
  if (word == "short") return {0, Failure::Kind::shorter};
  if (word == "ENOSPC") return {ENOSPC, Failure::Kind::error};
  return {EIO, Failure::Kind::error};
}

// xorshift64*, Vigna 2016.
std::uint64_t draw(std::uint64_t& state) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1Dull;
}
}  // namespace

FaultPlan::FaultPlan(std::string_view text) {
  while (!text.empty()) add(next_part(text, ','));
}

void FaultPlan::add(std::string_view text) {
  const std::string kind(next_part(text, ':'));
  std::string number(next_part(text, ':'));
  const std::string word(next_part(text, ':'));
  const std::uint64_t value = std::strtoull(number.c_str(), nullptr, 10);
  if (kind == "full" || kind == "taken") {
    space_left_ = value;
    is_space_told_ = kind == "full";
  } else if (kind == "kill") {
    calls_left_ = value;
  } else if (kind == "slow") {
    delay_state_ = value | 1;
    delay_permille_ = static_cast<std::uint32_t>(std::strtoul(word.c_str(), nullptr, 10));
    delay_most_us_ =
        text.empty() ? kDelayUs : static_cast<std::uint32_t>(std::strtoul(std::string(text).c_str(), nullptr, 10));
  } else {
    const auto call = std::find_if(kCalls.begin(), kCalls.end(), [&](const auto& one) { return kind == one.first; });
    if (call == kCalls.end()) std::abort();
    rules_.push_back({call->second, value, number.ends_with('+'), failure_of(word), std::string(text)});
  }
}

std::optional<Failure> FaultPlan::next(Call call, std::string_view path) {
  std::optional<Failure> failure;
  for (Rule& rule : rules_) {
    if (rule.call != call || path.find(rule.part) == std::string_view::npos) continue;
    if (rule.countdown > 1) {
      --rule.countdown;
    } else if (rule.countdown == 1) {
      failure = rule.failure;
      if (!rule.goes_on) rule.countdown = 0;
    }
  }
  return failure;
}

std::size_t FaultPlan::take_space(std::size_t wanted) {
  if (!space_left_) return wanted;
  const std::size_t taken = std::min<std::uint64_t>(wanted, *space_left_);
  *space_left_ -= taken;
  return taken;
}

void FaultPlan::give_space(std::size_t bytes) {
  if (space_left_) *space_left_ += bytes;
}

std::uint32_t FaultPlan::sync_delay_us() {
  if (delay_permille_ == 0 || draw(delay_state_) % 1'000 >= delay_permille_) return 0;
  return static_cast<std::uint32_t>(draw(delay_state_) % delay_most_us_);
}

}  // namespace hansard::faults

#include "replay/verify/findings.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace hansard::verify {

Check::Check(Findings& findings, std::string name, std::string keeps, std::string unit) : findings_(findings) {
  line_.name = std::move(name);
  line_.keeps = std::move(keeps);
  line_.unit = std::move(unit);
}

Check::~Check() {
  line_.count = count_.load();
  line_.damages = damages_.load();
  line_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  if (line_.damages > 0) line_.state = CheckState::damaged;
  findings_.add(std::move(line_));
}

void Check::damaged(Damage damage) {
  damages_.fetch_add(1);
  damage.check = line_.name;
  findings_.add(std::move(damage));
}

void Check::damaged(std::string file, std::string what) {
  Damage damage;
  damage.file = std::move(file);
  damage.what = std::move(what);
  damaged(std::move(damage));
}

void Check::note(std::string text) {
  std::lock_guard lock(mutex_);
  line_.note = std::move(text);
}

void Check::skip(std::string why) {
  std::lock_guard lock(mutex_);
  line_.state = CheckState::skipped;
  line_.note = std::move(why);
}

void Findings::add(CheckLine line) {
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

void Findings::add(Damage damage) {
  damages_total_.fetch_add(1);
  std::lock_guard lock(mutex_);
  if (damages_.size() < kDamagesMax) damages_.push_back(std::move(damage));
}

std::vector<CheckLine> Findings::lines() const {
  std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<Damage> Findings::damages() const {
  std::lock_guard lock(mutex_);
  std::vector<Damage> sorted = damages_;
  auto rank = [](const Damage& damage) { return damage.position ? damage.position.value : UINT64_MAX; };
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Damage& a, const Damage& b) { return rank(a) < rank(b); });
  return sorted;
}

std::optional<std::uint64_t> place_in(const std::string& sentence, const std::string& word) {
  const std::size_t at = sentence.find(word + " ");
  if (at == std::string::npos) return std::nullopt;
  const char* digits = sentence.c_str() + at + word.size() + 1;
  char* end = nullptr;
  const std::uint64_t value = std::strtoull(digits, &end, 10);
  return end == digits ? std::nullopt : std::optional(value);
}

}  // namespace hansard::verify

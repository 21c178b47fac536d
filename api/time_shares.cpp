#include "api/time_shares.h"

#include <utility>

namespace hansard::api {

namespace {
std::size_t hash_of(const base::UserId& user) { return std::hash<base::UserId>{}(user); }
}  // namespace

void TimeShares::on_request(const base::UserId* user, base::MonotonicTime now) {
  const std::size_t hash = user == nullptr ? 0 : hash_of(*user);
  if (hash != last_.user) other_ = last_;
  last_ = {hash, now};
}

void TimeShares::add(const base::UserId& user, Duration took, base::MonotonicTime now) {
  if (took < kDear) return;
  move_to(now);
  current_[user] += took;
}

TimeShares::Duration TimeShares::taken_by(const base::UserId& user, base::MonotonicTime now) {
  move_to(now);
  const auto in = [&user](const Taken& taken) {
    const auto found = taken.find(user);
    return found == taken.end() ? Duration::zero() : found->second;
  };
  const double still_in = 1 - std::chrono::duration<double>(now - began_) / std::chrono::duration<double>(kWindow);
  return in(current_) + std::chrono::duration_cast<Duration>(in(before_)*still_in);
}

bool TimeShares::is_over(const base::UserId& user, base::MonotonicTime now) {
  const auto& other = last_.user == hash_of(user) ? other_ : last_;
  const bool is_alone = other.at == base::MonotonicTime{} || now - other.at > kWindow;
  return !is_alone && taken_by(user, now) > kShare;
}

void TimeShares::move_to(base::MonotonicTime now) {
  if (now - began_ < kWindow) return;
  const bool is_next = now - began_ < 2 * kWindow;
  before_ = is_next ? std::exchange(current_, {}) : Taken{};
  current_.clear();
  began_ = is_next ? began_ + kWindow : now;
}

}  // namespace hansard::api

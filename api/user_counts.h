// How much each user has of something that is limited, over all io threads: sockets, transfers, streams, bytes of
// bodies.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "engine/base/ids.h"

namespace hansard::api {

class UserCounts {
 public:
  // What one user has taken, given back when it goes.
  class Slot {
   public:
    Slot() = default;
    Slot(UserCounts& counts, base::UserId user, std::size_t amount)
        : counts_(&counts), user_(std::move(user)), amount_(amount) {}
    Slot(Slot&& other) noexcept { *this = std::move(other); }
    Slot& operator=(Slot&& other) noexcept {
      std::swap(counts_, other.counts_);
      std::swap(user_, other.user_);
      std::swap(amount_, other.amount_);
      return *this;
    }
    ~Slot() {
      if (counts_) counts_->give_back(user_, amount_);
    }
    explicit operator bool() const { return counts_ != nullptr; }
    std::size_t amount() const { return amount_; }
    // `more`: of the same user, taken from the same counts.
    void add(Slot more) {
      if (counts_ == nullptr) {
        *this = std::move(more);
        return;
      }
      amount_ += std::exchange(more.amount_, 0);
      more.counts_ = nullptr;
    }

   private:
    UserCounts* counts_ = nullptr;
    base::UserId user_;
    std::size_t amount_ = 0;
  };

  explicit UserCounts(std::size_t all_max = SIZE_MAX) : all_max_(all_max) {}

  // Empty when the user would have more than `max`, or than he leaves for the others: so that few users with much each
  // are never all there is room for.
  Slot take(const base::UserId& user, std::size_t max, std::size_t amount = 1) {
    std::lock_guard lock(mutex_);
    const auto found = taken_.find(user);
    const std::size_t before = found == taken_.end() ? 0 : found->second;
    if (amount > max || before > max - amount) return {};
    const std::size_t left = all_max_ - all_;
    if (amount > left || before + amount > left - amount) return {};
    taken_[user] += amount;
    all_ += amount;
    return Slot(*this, user, amount);
  }

 private:
  void give_back(const base::UserId& user, std::size_t amount) {
    std::lock_guard lock(mutex_);
    all_ -= amount;
    const auto found = taken_.find(user);
    if ((found->second -= amount) == 0) taken_.erase(found);
  }

  const std::size_t all_max_;
  std::mutex mutex_;
  std::size_t all_ = 0;
  std::unordered_map<base::UserId, std::size_t> taken_;
};

}  // namespace hansard::api

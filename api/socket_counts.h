// How many sockets each user has open, over all io threads (limits.sockets_per_user_max).
//
// Thread: any.
#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "engine/base/ids.h"

namespace hansard::api {

class SocketCounts {
 public:
  // One socket of a user, given back when it goes.
  class Slot {
   public:
    Slot() = default;
    Slot(SocketCounts& counts, base::UserId user) : counts_(&counts), user_(std::move(user)) {}
    Slot(Slot&& other) noexcept : counts_(std::exchange(other.counts_, nullptr)), user_(std::move(other.user_)) {}
    Slot& operator=(Slot&& other) noexcept {
      std::swap(counts_, other.counts_);
      std::swap(user_, other.user_);
      return *this;
    }
    ~Slot() {
      if (counts_) counts_->give_back(user_);
    }
    explicit operator bool() const { return counts_ != nullptr; }

   private:
    SocketCounts* counts_ = nullptr;
    base::UserId user_;
  };

  // Empty when the user has `max` already.
  Slot take(const base::UserId& user, std::size_t max) {
    std::lock_guard lock(mutex_);
    auto found = open_.find(user);
    if ((found == open_.end() ? 0 : found->second) >= max) return {};
    ++open_[user];
    return Slot(*this, user);
  }

 private:
  void give_back(const base::UserId& user) {
    std::lock_guard lock(mutex_);
    auto found = open_.find(user);
    if (--found->second == 0) open_.erase(found);
  }

  std::mutex mutex_;
  std::unordered_map<base::UserId, std::size_t> open_;
};

}  // namespace hansard::api

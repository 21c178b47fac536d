#include "api/acknowledged.h"

#include <algorithm>

namespace hansard::api {

namespace {

std::size_t shard_of(const base::UserId& user, std::size_t shards) {
  // The map inside a shard uses the low bits of the same hash.
  return (std::hash<base::UserId>{}(user) >> 32) % shards;
}

}  // namespace

void Acknowledged::note(const base::UserId& user, base::Position position, base::Position applied) {
  auto& shard = shards_[shard_of(user, shards_.size())];
  std::lock_guard lock(shard.mutex);
  if (auto found = shard.last.find(user); found != shard.last.end()) {
    found->second = std::max(found->second, position);
    return;
  }
  if (shard.last.size() >= kUsersPerShardMax) {
    std::erase_if(shard.last, [applied](const auto& entry) { return entry.second <= applied; });
  }
  shard.last.emplace(user, position);
}

base::Position Acknowledged::last(const base::UserId& user) const {
  auto& shard = shards_[shard_of(user, shards_.size())];
  std::lock_guard lock(shard.mutex);
  auto found = shard.last.find(user);
  return found == shard.last.end() ? at_start_ : std::max(at_start_, found->second);
}

}  // namespace hansard::api

#include "api/auth_cache.h"

namespace hansard::api {

std::optional<Claims> TokenCache::find(const base::Digest& token) {
  Shard& shard = shard_of(token);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.by_digest.find(token);
  if (found == shard.by_digest.end()) return std::nullopt;
  shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
  return found->second->second;
}

void TokenCache::put(const base::Digest& token, const Claims& claims) {
  Shard& shard = shard_of(token);
  std::lock_guard lock(shard.mutex);
  if (shard.by_digest.contains(token)) return;  // another thread verified it meanwhile
  shard.entries.emplace_front(token, claims);
  shard.by_digest.emplace(token, shard.entries.begin());
  if (shard.entries.size() <= kTokensPerShardMax) return;
  shard.by_digest.erase(shard.entries.back().first);
  shard.entries.pop_back();
}

void TokenCache::forget(const base::Digest& token) {
  Shard& shard = shard_of(token);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.by_digest.find(token);
  if (found == shard.by_digest.end()) return;
  shard.entries.erase(found->second);
  shard.by_digest.erase(found);
}

std::size_t TokenCache::size() const {
  std::size_t tokens = 0;
  for (const Shard& shard : shards_) {
    std::lock_guard lock(shard.mutex);
    tokens += shard.entries.size();
  }
  return tokens;
}

}  // namespace hansard::api

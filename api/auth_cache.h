// Tokens whose signature was verified, so that a caller who sends the same one with every request pays for it once.
// Keyed by the token's SHA-256: the token itself is not kept. Times are checked by the caller on every use.
//
// Thread: any (sharded inside).
// Limits: kShards x kTokensPerShardMax tokens; the least recently used goes first.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "api/auth_token.h"
#include "engine/base/hash.h"

namespace hansard::api {

class TokenCache {
 public:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kTokensPerShardMax = 2'048;

  std::optional<Claims> find(const base::Digest& token);
  void put(const base::Digest& token, const Claims& claims);
  void forget(const base::Digest& token);
  std::size_t size() const;

 private:
  struct FirstBytes {
    std::size_t operator()(const base::Digest& digest) const noexcept {
      std::size_t first;
      std::memcpy(&first, digest.data(), sizeof first);
      return first;
    }
  };
  using Entries = std::list<std::pair<base::Digest, Claims>>;  // most recently used first
  struct Shard {
    mutable std::mutex mutex;
    Entries entries;
    std::unordered_map<base::Digest, Entries::iterator, FirstBytes> by_digest;
  };
  Shard& shard_of(const base::Digest& token) { return shards_[token.back() % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace hansard::api

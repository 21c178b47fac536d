// User -> the last position acknowledged to him on this node: his own reads wait for it by default (API.md section 1).
// Bounded: when full, an old entry is forgotten once the views have passed it, which changes no answer.
// What a user was acknowledged before the start is not known. So after a start everybody's reads wait for what was
// durable then: the views may have been killed behind the log, and would deny a member what he had an answer about.
//
// Thread: any (sharded inside).
#pragma once

#include <array>
#include <mutex>
#include <unordered_map>

#include "engine/base/ids.h"

namespace hansard::api {

class Acknowledged {
 public:
  explicit Acknowledged(base::Position at_start = {}) : at_start_(at_start) {}

  void note(const base::UserId& user, base::Position position, base::Position applied);
  base::Position last(const base::UserId& user) const;

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<base::UserId, base::Position> last;
  };
  static constexpr std::size_t kUsersPerShardMax = 16'384;
  const base::Position at_start_;
  std::array<Shard, 16> shards_;
};

}  // namespace hansard::api

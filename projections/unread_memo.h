// Hot unread counters: what was counted for a user in a conversation, kept as long as neither moved. The answer is a
// function of the conversation's rows up to its head and of the user's own pointers, and both are part of the match,
// so a memo can save work but never change an answer.
//
// Thread: any (sharded inside). Limits: counters_max; a full shard starts over.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "projections/keys.h"
#include "projections/queries.h"

namespace hansard::projections {

class UnreadMemo {
 public:
  // 0: keeps nothing.
  explicit UnreadMemo(std::size_t counters_max) : per_shard_max_(counters_max / kShards) {}

  struct Subject {
    const ConversationId& conversation;
    const UserId& user;
    Position head;  // of the conversation
    Ordinal base;
  };
  std::optional<UnreadCount> find(const Subject& subject) const;
  void keep(const Subject& subject, UnreadCount count);

 private:
  static constexpr std::size_t kShards = 16;
  struct Id {
    ConversationId conversation;
    UserId user;
    bool operator==(const Id&) const = default;
  };
  struct IdHash {
    std::size_t operator()(const Id& id) const;
  };
  struct Counted {
    Position head;
    Ordinal base;
    UnreadCount count;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<Id, Counted, IdHash> counters;
  };

  const std::size_t per_shard_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace hansard::projections

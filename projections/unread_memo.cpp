#include "projections/unread_memo.h"

namespace hansard::projections {

std::size_t UnreadMemo::IdHash::operator()(const Id& id) const {
  return std::hash<ConversationId>{}(id.conversation) * 31 + std::hash<UserId>{}(id.user);
}

std::optional<UnreadCount> UnreadMemo::find(const Subject& subject) const {
  if (per_shard_max_ == 0) return std::nullopt;
  Id id{subject.conversation, subject.user};
  const Shard& shard = shards_[IdHash{}(id) % kShards];
  std::lock_guard lock(shard.mutex);
  auto found = shard.counters.find(id);
  if (found == shard.counters.end()) return std::nullopt;
  if (found->second.head != subject.head || found->second.base != subject.base) return std::nullopt;
  return found->second.count;
}

void UnreadMemo::keep(const Subject& subject, UnreadCount count) {
  if (per_shard_max_ == 0) return;
  Id id{subject.conversation, subject.user};
  Shard& shard = shards_[IdHash{}(id) % kShards];
  std::lock_guard lock(shard.mutex);
  if (shard.counters.size() >= per_shard_max_ && !shard.counters.contains(id)) shard.counters.clear();
  shard.counters[std::move(id)] = Counted{subject.head, subject.base, count};
}

}  // namespace hansard::projections

#include "engine/proof/leaves.h"

#include "engine/codec/codec.h"

namespace hansard::proof {

namespace {
constexpr log::ReadLimits kRead{10'000, 8u << 20};

Result<Hash> hash_of(log::Position position, std::string_view record) {
  auto leaf = codec::decode_leaf(record);
  if (!leaf) {
    return base::error(leaf.error().code,
                       "the record at position " + std::to_string(position.value) + ": " + leaf.error().detail);
  }
  if (leaf.value().position != position) {
    return base::error(base::ErrorCode::corrupt, "the record at position " + std::to_string(position.value) +
                                                     " says it is at " + std::to_string(leaf.value().position.value));
  }
  return leaf_hash(codec::leaf_bytes(record));
}
}  // namespace

Result<std::uint64_t> hash_leaves(const log::EventLog& log, std::uint64_t from, std::uint64_t to,
                                  const LeafSink& sink) {
  Result<void> hashed = base::success();
  std::uint64_t next = from;
  const auto use = [&](log::Position position, std::string_view record) {
    auto hash = hash_of(position, record);
    if (!hash) {
      hashed = std::move(hash).error();
      return false;
    }
    return sink(next++, hash.value()) && next < to;
  };
  if (from >= to) return from;
  log::ReadLimits limits = kRead;
  limits.events_max = std::min<std::uint64_t>(limits.events_max, to - from);
  TRY(log.read(base::kPartition, {from + 1}, limits, use));
  TRY(std::move(hashed));
  return next;
}

Result<void> extend(const log::EventLog& log, std::uint64_t to, CompactRange& range, TileStore& tiles) {
  const auto keep = [&tiles](unsigned height, std::uint64_t, const Hash& hash) { tiles.add(height, hash); };
  while (range.size() < to) {
    const std::uint64_t before = range.size();
    TRY(hash_leaves(log, before, to, [&](std::uint64_t, const Hash& hash) {
      range.add(hash, keep);
      return true;
    }));
    TRY(tiles.flush());
    if (range.size() == before) {
      return base::error(base::ErrorCode::corrupt, "the event log ends before position " + std::to_string(to));
    }
  }
  return base::success();
}

}  // namespace hansard::proof

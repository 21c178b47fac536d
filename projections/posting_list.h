// Lists of positions, ascending, kept in rows of up to 128: what an index of the audit view is made of. A list grows at
// its end only. Its newest rows stand in an open block under a key of its own, rewritten once per batch; a full block
// is copied under the key of its first position and never touched again. So a list costs one small row a batch however
// long it is, and 128 positions take about 300 bytes.
//
// Block bytes: version 1, before u64 (positions in earlier blocks), first u64, last u64, count u16, then the distances
// from one position to the next as varints.
//
// Keys: the list's own bytes, then eight: all zero for the open block, else the first position inverted, so that a
// forward scan goes from the newest to the oldest.
//
// Thread: any; functions over rows. A PostingList belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "projections/keys.h"
#include "projections/row_batch.h"
#include "projections/row_source.h"
#include "projections/view_store.h"

namespace hansard::projections {

inline constexpr std::size_t kPostingsPerBlock = 128;

struct PostingBlock {
  std::uint64_t before = 0;
  std::vector<std::uint64_t> positions;  // ascending, at least one
  bool decode(std::string_view bytes);
};

Key open_block_key(const Key& list);
Key closed_block_key(const Key& list, Position first);

// `at` is above every position of the list.
void append_posting(RowBatch& rows, const Key& list, Position at);

// A list as a snapshot has it, walked from the newest down. The snapshot outlives it.
class PostingList {
 public:
  PostingList(const StoreSnapshot& rows, const Key& list);

  std::uint64_t size() const { return size_; }
  // The greatest position at or below `at`; nothing (0) when there is none. `at` must not rise from call to call.
  Position at_or_below(Position at);
  // How often a row was sought: what a walk costs.
  std::uint64_t seeks() const { return seeks_; }

 private:
  void load_open();
  bool load_closed(Position at);
  bool take(std::string_view key, std::string_view value);

  const StoreSnapshot* rows_;
  Key list_;
  std::unique_ptr<RowCursor> cursor_;
  PostingBlock block_;
  std::size_t left_ = 0;  // of block_.positions, those not yet passed
  std::uint64_t size_ = 0;
  std::uint64_t seeks_ = 0;
};

}  // namespace hansard::projections

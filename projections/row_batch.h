// The rows one batch of events reads and writes, in memory: reads see the batch's own earlier writes, and a row that
// many events touch is written once. Rows stay cached from batch to batch (there is no other writer), until there are
// too many.
//
// Invariant: after `changes`, digest == sum of the hashes of all rows, if it was so before; so a row given to
// `insert` must not exist.
// Thread: the projector's.
// Limits: rows_cached_max and kCachedBytesMax between batches; within a batch what its events touch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/digest.h"
#include "projections/row_source.h"

namespace hansard::projections {

struct RowChange {
  std::string_view key;
  std::optional<std::string_view> value;  // nothing: remove the row
};

class RowBatch final : public RowSource {
 public:
  static constexpr std::size_t kCachedBytesMax = 64u << 20;

  // `committed` answers what the batch does not hold; it must show every batch that was committed.
  RowBatch(const RowSource& committed, std::size_t rows_cached_max);

  std::optional<std::string_view> get(std::string_view key, std::string& scratch) const override;
  std::vector<std::string> keys_with(std::string_view prefix) const override;
  // What this batch itself holds of a row, read or written; nothing where it holds nothing. Changes nothing.
  // Thread: any, also during `changes`, but during nothing else.
  std::optional<std::optional<std::string_view>> known(std::string_view key) const;

  // A row that does not exist: skips the read that put needs for the digest.
  void insert(std::string_view key, std::string_view value);
  // A row that does not exist and that no fold reads, writes or looks for: it is among the changes, and nowhere else.
  void append(std::string_view key, std::string_view value);
  void put(std::string_view key, std::string_view value);
  // The bytes of a row that is there, to be changed where they lie, with `more` behind them for the caller to fill.
  std::span<char> change(std::string_view key, std::size_t more);
  void erase(std::string_view key);

  // What differs from the committed rows, ascending by key; valid until the next call. Moves `digest` along.
  std::span<const RowChange> changes(RowDigest& digest);
  // The changes were committed: they are what later reads start from.
  void committed();
  // Forgets every row, also the uncommitted.
  void discard();

 private:
  void mark_damaged() const override { RowSource::mark_damaged(committed_); }

  struct Entry {
    std::string_view key;
    std::string_view value;
    std::uint32_t value_capacity = 0;
    bool present = false;      // now
    bool was_present = false;  // in the committed rows
    bool dirty = false;
    std::uint32_t hash = 0;  // of the key
    RowHash was;             // hash of the committed row
  };
  static constexpr std::uint32_t kFree = UINT32_MAX;
  // The hash beside the index keeps a probe from touching entries that are not meant.
  struct Slot {
    std::uint32_t index = kFree;
    std::uint32_t hash = 0;
  };

  // Bytes that stay where they are until all of them go.
  class Arena {
   public:
    char* allocate(std::size_t size);
    std::string_view copy(std::string_view bytes);
    void clear();
    std::size_t bytes() const { return bytes_; }

   private:
    std::vector<std::unique_ptr<char[]>> chunks_;
    std::size_t used_ = 0, size_ = 0, bytes_ = 0;  // of the last chunk, and what was asked for in all
  };

  // The slot that holds `key`, or the free one where it belongs.
  Slot& slot_of(std::string_view key, std::uint32_t hash) const;
  Entry& load(std::string_view key) const;
  Entry& add(Slot& slot, std::string_view key, std::uint32_t hash) const;
  void set(Entry& entry, std::string_view value) const;
  // For a value of `size` bytes: where it lies if that is enough, a new one with nothing in it otherwise.
  char* room_for(Entry& entry, std::size_t size) const;
  void mark(Entry& entry);
  void make_room() const;

  const RowSource& committed_;
  const std::size_t rows_cached_max_;
  mutable std::vector<Entry> entries_;
  mutable std::vector<Slot> table_;  // open addressing, at most half full
  mutable Arena arena_;
  mutable std::string scratch_;
  mutable std::uint32_t last_ = kFree;  // the entry that was asked for last: who reads a row often writes it next
  std::vector<RowChange> appended_;
  Arena appended_arena_;
  std::vector<std::uint32_t> dirty_;
  std::vector<RowChange> changes_;
};

}  // namespace hansard::projections

// Sets of message ordinals, kept in rows of 1,024 ordinals each, with the one question the unread law asks: how many
// are above a base?
//
//  - A sequence only takes ascending ordinals (what an author sent). Its newest leaf stands under a key of its own and
//    every leaf knows how many came before it, so a count is one or two reads however long the conversation is.
//  - A scatter takes any order and lets go again (deletions, mentions). A count sums the leaves above the base; it has
//    leaves only where it has members.
//
// Leaf bytes: version 1, block varint, before varint, count varint, then the offsets in the block, ascending: as
// 16-bit numbers while there are fewer than 64, as 128 bytes of bitmap from there on.
//
// Thread: any; functions over rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projections/keys.h"
#include "projections/row_batch.h"
#include "projections/row_source.h"

namespace hansard::projections {

inline constexpr std::uint64_t kBlockOrdinals = 1024;

using BlockBits = std::array<std::uint64_t, kBlockOrdinals / 64>;

inline std::uint32_t block_of(Ordinal ordinal) { return static_cast<std::uint32_t>(ordinal.value / kBlockOrdinals); }

struct Leaf {
  std::uint32_t block = 0;
  std::uint64_t before = 0;  // members of a sequence in earlier blocks
  BlockBits bits{};

  void set(Ordinal ordinal, bool member);
  bool has(Ordinal ordinal) const;
  bool empty() const;
  std::uint64_t count() const;
  // Members in this block at or below `ordinal`, which is in this block.
  std::uint64_t count_through(Ordinal ordinal) const;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// `ordinal` is above every member.
void append_to_sequence(RowBatch& rows, const Key& set, Ordinal ordinal);
// `rows` is moved at will.
std::uint64_t sequence_above(const RowSource& source, RowCursor& rows, const Key& set, Ordinal base);
BlockBits sequence_block(const RowSource& source, const Key& set, std::uint32_t block);

void change_scatter(RowBatch& rows, const Key& set, Ordinal ordinal, bool member);
std::uint64_t scatter_above(const RowSource& source, RowCursor& rows, const Key& set, Ordinal base);
BlockBits scatter_block(const RowSource& source, const Key& set, std::uint32_t block);

}  // namespace hansard::projections

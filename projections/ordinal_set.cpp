#include "projections/ordinal_set.h"

#include <bit>
#include <cstring>

#include "engine/base/check.h"
#include "projections/row_bytes.h"

namespace hansard::projections {

namespace {
constexpr std::uint8_t kLeafVersion = 1;
constexpr std::uint64_t kListedMax = 64;      // from here on a bitmap is as short as the list
constexpr std::uint64_t kTwoByteCount = 128;  // from here on a varint

std::uint64_t offset_of(Ordinal ordinal) { return ordinal.value % kBlockOrdinals; }

Leaf decode_leaf(const RowSource& source, std::string_view key, std::string_view bytes) {
  Leaf leaf;
  if (!leaf.decode(bytes)) source.damaged(key);
  return leaf;
}

void put_leaf(RowBatch& rows, const Key& key, const Leaf& leaf) {
  std::string& bytes = row_scratch();
  leaf.encode(bytes);
  rows.put(key, bytes);
}

// What stands before the offsets of an encoded leaf.
struct LeafHead {
  std::uint32_t block = 0;
  std::uint64_t members = 0;
  std::size_t size = 0;

  explicit LeafHead(std::string_view bytes) {
    RowReader in(bytes);
    if (in.byte() != kLeafVersion) return;
    block = in.varint32();
    in.varint();
    members = in.varint();
    size = in.ok() ? bytes.size() - in.rest().size() : 0;
  }
  std::size_t offset_bytes() const {
    return members < kListedMax ? members * sizeof(std::uint16_t) : sizeof(BlockBits);
  }
};

// The count is what the head ends with; `members` takes as many bytes as the count before it.
void write_count(char* leaf, std::size_t head_size, std::uint64_t members) {
  if (members < kTwoByteCount) {
    leaf[head_size - 1] = static_cast<char>(members);
  } else {
    leaf[head_size - 2] = static_cast<char>(members | 0x80);
    leaf[head_size - 1] = static_cast<char>(members >> 7);
  }
}

// Adds an ordinal above every member where the encoded leaf lies. False, and nothing is changed, where that takes
// another layout: a bitmap, a longer count, a new leaf.
bool append_in_place(RowBatch& rows, const Key& key, Ordinal ordinal) {
  std::string unused;
  const std::optional<std::string_view> present = rows.get(key, unused);
  if (!present) return false;
  const LeafHead head(*present);
  const std::uint64_t members = head.members + 1;
  if (head.size == 0 || present->size() != head.size + head.offset_bytes()) rows.damaged(key);
  if (head.block != block_of(ordinal) || members == kListedMax || members == kTwoByteCount) return false;
  const bool is_listed = members < kListedMax;
  char* leaf = rows.change(key, is_listed ? sizeof(std::uint16_t) : 0).data();
  write_count(leaf, head.size, members);
  if (is_listed) {
    const auto offset = static_cast<std::uint16_t>(offset_of(ordinal));
    std::memcpy(leaf + head.size + (members - 1) * sizeof offset, &offset, sizeof offset);
  } else {
    leaf[head.size + offset_of(ordinal) / 8] |= static_cast<char>(1u << (offset_of(ordinal) % 8));
  }
  return true;
}
}  // namespace

void Leaf::set(Ordinal ordinal, bool member) {
  std::uint64_t offset = offset_of(ordinal);
  std::uint64_t bit = std::uint64_t{1} << (offset % 64);
  bits[offset / 64] = member ? bits[offset / 64] | bit : bits[offset / 64] & ~bit;
}

bool Leaf::has(Ordinal ordinal) const {
  std::uint64_t offset = offset_of(ordinal);
  return (bits[offset / 64] >> (offset % 64) & 1) != 0;
}

bool Leaf::empty() const { return bits == BlockBits{}; }

std::uint64_t Leaf::count() const {
  std::uint64_t total = 0;
  for (std::uint64_t word : bits) total += static_cast<std::uint64_t>(std::popcount(word));
  return total;
}

std::uint64_t Leaf::count_through(Ordinal ordinal) const {
  std::uint64_t offset = offset_of(ordinal);
  std::uint64_t total = 0;
  for (std::uint64_t word = 0; word < offset / 64; ++word)
    total += static_cast<std::uint64_t>(std::popcount(bits[word]));
  std::uint64_t last = bits[offset / 64] << (63 - offset % 64);
  return total + static_cast<std::uint64_t>(std::popcount(last));
}

void Leaf::encode(std::string& out) const {
  std::uint64_t members = count();
  RowWriter w(out);
  w.byte(kLeafVersion).varint(block).varint(before).varint(members);
  if (members >= kListedMax) {
    w.fixed(bits);
    return;
  }
  for (std::uint64_t word = 0; word < bits.size(); ++word) {
    for (std::uint64_t left = bits[word]; left != 0; left &= left - 1) {
      w.fixed(static_cast<std::uint16_t>(word * 64 + static_cast<std::uint64_t>(std::countr_zero(left))));
    }
  }
}

bool Leaf::decode(std::string_view bytes) {
  RowReader in(bytes);
  if (in.byte() != kLeafVersion) return false;
  block = in.varint32();
  before = in.varint();
  std::uint64_t members = in.varint();
  if (members >= kListedMax) {
    bits = in.fixed<BlockBits>();
    return in.finished() && count() == members;
  }
  bits = {};
  for (std::uint64_t i = 0; i < members; ++i) set({in.fixed<std::uint16_t>()}, true);
  return in.finished() && count() == members;
}

void append_to_sequence(RowBatch& rows, const Key& set, Ordinal ordinal) {
  const Key newest_key = leaf_key(set, kNewestBlock);
  if (append_in_place(rows, newest_key, ordinal)) return;
  Leaf leaf = read_row<Leaf>(rows, newest_key).value_or(Leaf{block_of(ordinal), 0, {}});
  CHECK(leaf.block <= block_of(ordinal), leaf.block, ordinal.value);
  if (leaf.block < block_of(ordinal)) {
    put_leaf(rows, leaf_key(set, leaf.block), leaf);
    leaf = Leaf{block_of(ordinal), leaf.before + leaf.count(), {}};
  }
  leaf.set(ordinal, true);
  put_leaf(rows, newest_key, leaf);
}

namespace {
std::uint64_t sequence_through(const RowSource& source, RowCursor& rows, const Key& set, Ordinal base) {
  rows.seek_back(leaf_key(set, block_of(base)));
  if (!rows.at(set)) return 0;
  Leaf leaf = decode_leaf(source, rows.key(), rows.value());
  return leaf.before + (leaf.block == block_of(base) ? leaf.count_through(base) : leaf.count());
}
}  // namespace

std::uint64_t sequence_above(const RowSource& source, RowCursor& rows, const Key& set, Ordinal base) {
  std::optional<Leaf> newest = read_row<Leaf>(source, leaf_key(set, kNewestBlock));
  if (!newest || newest->block < block_of(base)) return 0;
  if (newest->block == block_of(base)) return newest->count() - newest->count_through(base);
  return newest->before + newest->count() - sequence_through(source, rows, set, base);
}

BlockBits sequence_block(const RowSource& source, const Key& set, std::uint32_t block) {
  std::optional<Leaf> newest = read_row<Leaf>(source, leaf_key(set, kNewestBlock));
  if (!newest || newest->block < block) return {};
  if (newest->block == block) return newest->bits;
  return scatter_block(source, set, block);
}

void change_scatter(RowBatch& rows, const Key& set, Ordinal ordinal, bool member) {
  Key key = leaf_key(set, block_of(ordinal));
  Leaf leaf = read_row<Leaf>(rows, key).value_or(Leaf{block_of(ordinal), 0, {}});
  leaf.set(ordinal, member);
  if (leaf.empty()) {
    rows.erase(key);
  } else {
    put_leaf(rows, key, leaf);
  }
}

std::uint64_t scatter_above(const RowSource& source, RowCursor& rows, const Key& set, Ordinal base) {
  std::uint64_t total = 0;
  for (rows.seek(leaf_key(set, block_of(base))); rows.at(set); rows.next()) {
    Leaf leaf = decode_leaf(source, rows.key(), rows.value());
    total += leaf.count();
    if (leaf.block == block_of(base)) total -= leaf.count_through(base);
  }
  return total;
}

BlockBits scatter_block(const RowSource& source, const Key& set, std::uint32_t block) {
  std::optional<Leaf> leaf = read_row<Leaf>(source, leaf_key(set, block));
  return leaf ? leaf->bits : BlockBits{};
}

}  // namespace hansard::projections

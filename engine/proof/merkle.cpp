#include "engine/proof/merkle.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace hansard::proof {

namespace {
constexpr std::size_t kPathMax = 64;

// Leaves [start, end).
struct Range {
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t size() const { return end - start; }
};

// RFC 9162: the largest power of two smaller than `size`, which is at least 2.
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

Result<Hash> hash_of(const NodeSource& source, Range range) {
  // Every range here starts at a multiple of the power of two that it was split off at.
  if (std::has_single_bit(range.size())) {
    const auto height = static_cast<unsigned>(std::countr_zero(range.size()));
    return source.node(height, range.start >> height);
  }
  const std::uint64_t middle = range.start + split_of(range.size());
  TRY(auto left, hash_of(source, {range.start, middle}));
  TRY(auto right, hash_of(source, {middle, range.end}));
  return node_hash(left, right);
}

Result<void> append_inclusion(const NodeSource& source, std::uint64_t index, Range range, Path& path) {
  if (range.size() == 1) return base::success();
  const std::uint64_t middle = range.start + split_of(range.size());
  const Range left{range.start, middle}, right{middle, range.end};
  const bool is_left = index < middle;
  TRY(append_inclusion(source, index, is_left ? left : right, path));
  TRY(auto sibling, hash_of(source, is_left ? right : left));
  path.push_back(sibling);
  return base::success();
}

// SUBPROOF of RFC 9162 section 2.1.4.1; `from` counts from range.start.
Result<void> append_consistency(const NodeSource& source, std::uint64_t from, Range range, bool is_known, Path& path) {
  if (from == range.size()) {
    if (is_known) return base::success();
    TRY(auto hash, hash_of(source, range));
    path.push_back(hash);
    return base::success();
  }
  const std::uint64_t split = split_of(range.size());
  const Range left{range.start, range.start + split}, right{range.start + split, range.end};
  const bool is_left = from <= split;
  TRY(append_consistency(source, is_left ? from : from - split, is_left ? left : right, is_left && is_known, path));
  TRY(auto sibling, hash_of(source, is_left ? right : left));
  path.push_back(sibling);
  return base::success();
}

bool is_odd(std::uint64_t number) { return (number & 1) != 0; }
}  // namespace

Hash leaf_hash(std::string_view leaf) {
  static constexpr char kLeafPrefix[] = {0x00};
  return base::sha256_pair({kLeafPrefix, sizeof kLeafPrefix}, leaf);
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<char, 1 + 2 * sizeof(Hash)> bytes;
  bytes[0] = 0x01;
  std::memcpy(bytes.data() + 1, left.data(), left.size());
  std::memcpy(bytes.data() + 1 + left.size(), right.data(), right.size());
  return base::sha256({bytes.data(), bytes.size()});
}

Hash empty_root() { return base::sha256({}); }

// The largest power of two of parts is the left subtree; what is right of it is the same question again.
Hash root_of_parts(std::span<const Hash> roots) {
  if (roots.empty()) return empty_root();
  if (roots.size() == 1) return roots.front();
  const std::size_t left = std::bit_ceil(roots.size()) / 2;
  return node_hash(root_of_parts(roots.first(left)), root_of_parts(roots.subspan(left)));
}

Result<Hash> root_at(const NodeSource& source, std::uint64_t size) {
  if (size == 0) return empty_root();
  return hash_of(source, {0, size});
}

Result<Path> inclusion_path(const NodeSource& source, std::uint64_t index, std::uint64_t size) {
  Path path;
  TRY(append_inclusion(source, index, {0, size}, path));
  return path;
}

Result<Path> consistency_path(const NodeSource& source, std::uint64_t from, std::uint64_t to) {
  Path path;
  if (from == 0 || from == to) return path;
  TRY(append_consistency(source, from, {0, to}, true, path));
  return path;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> path,
                      const Hash& root) {
  if (index >= size || path.size() > kPathMax) return false;
  std::uint64_t fn = index, sn = size - 1;
  Hash r = leaf;
  for (const Hash& p : path) {
    if (sn == 0) return false;
    if (is_odd(fn) || fn == sn) {
      r = node_hash(p, r);
      while (!is_odd(fn) && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1, sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool verify_consistency(std::uint64_t from, const Hash& from_root, std::uint64_t to, const Hash& to_root,
                        std::span<const Hash> path) {
  if (from > to || path.size() > kPathMax) return false;
  if (from == to) return path.empty() && from_root == to_root;
  if (from == 0) return path.empty() && from_root == empty_root();
  const bool is_subtree = std::has_single_bit(from);
  if (path.empty()) return false;
  Hash fr = is_subtree ? from_root : path.front(), sr = fr;
  std::uint64_t fn = from - 1, sn = to - 1;
  while (is_odd(fn)) fn >>= 1, sn >>= 1;
  for (const Hash& c : path.subspan(is_subtree ? 0 : 1)) {
    if (sn == 0) return false;
    if (is_odd(fn) || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while (!is_odd(fn) && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1, sn >>= 1;
  }
  return sn == 0 && fr == from_root && sr == to_root;
}

Result<CompactRange> CompactRange::of(const NodeSource& source, std::uint64_t size) {
  CompactRange range;
  range.size_ = size;
  for (unsigned height = 64; height-- > 0;) {
    if ((size >> height & 1) == 0) continue;
    TRY(auto peak, source.node(height, (size >> height) - 1));
    range.peaks_.push_back(peak);
  }
  return range;
}

Result<CompactRange> CompactRange::of(const NodeSource& source, std::uint64_t size, const Hash& root) {
  TRY(auto range, of(source, size));
  if (range.root() == root) return range;
  return base::error(base::ErrorCode::corrupt, "the stored hashes of the first " + std::to_string(size) +
                                                   " leaves were read otherwise than they had been a moment before; "
                                                   "start again, and look at the disk if it is said again");
}

void CompactRange::add(const Hash& leaf, const Completed& completed) {
  Hash hash = leaf;
  unsigned height = 0;
  completed(height, size_, hash);
  for (std::uint64_t index = size_; is_odd(index); index >>= 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
    completed(++height, index >> 1, hash);
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash CompactRange::root() const {
  if (peaks_.empty()) return empty_root();
  Hash root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i], root);
  return root;
}

}  // namespace hansard::proof

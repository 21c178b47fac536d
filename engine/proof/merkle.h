// The Merkle tree over the leaves of the log: hashes, the roots and paths that follow from whole subtrees, and the
// verifiers. Nothing here knows what a leaf says or where hashes are kept.
//
// Source: RFC 9162 section 2.1 (the same tree as RFC 6962): leaves H(0x00 | leaf), nodes H(0x01 | left | right),
// SHA-256. Paths follow 2.1.3.1 and 2.1.4.1, the verifiers 2.1.3.2 and 2.1.4.2 to the letter. Thread: any; plain
// functions and values.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace hansard::proof {

using base::Result;
using Hash = base::Digest;
using Path = std::vector<Hash>;

Hash leaf_hash(std::string_view leaf);
Hash node_hash(const Hash& left, const Hash& right);
// Of a tree without leaves: SHA-256 of nothing.
Hash empty_root();

// Where the hashes of whole subtrees come from.
class NodeSource {
 public:
  virtual ~NodeSource() = default;
  // Over the leaves [index << height, (index + 1) << height), all of which are there.
  virtual Result<Hash> node(unsigned height, std::uint64_t index) const = 0;
};

// Of a tree that is made of parts with these roots: equal ones, each of a power of two of leaves, and a last one that
// may be smaller.
Hash root_of_parts(std::span<const Hash> roots);

// All three need leaves 0 to size - 1 in the source.
Result<Hash> root_at(const NodeSource& source, std::uint64_t size);
// PRECONDITION: index < size.
Result<Path> inclusion_path(const NodeSource& source, std::uint64_t index, std::uint64_t size);
// PRECONDITION: from <= to. Empty where from is 0 or to.
Result<Path> consistency_path(const NodeSource& source, std::uint64_t from, std::uint64_t to);

// A path longer than 64 is never right and is refused without hashing it.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> path,
                      const Hash& root);
bool verify_consistency(std::uint64_t from, const Hash& from_root, std::uint64_t to, const Hash& to_root,
                        std::span<const Hash> path);

// A tree that grows at its right end: the roots of its whole subtrees, at most 64, and nothing else.
class CompactRange {
 public:
  // Called for every subtree that a leaf completed, the leaf itself (height 0) first.
  using Completed = std::function<void(unsigned height, std::uint64_t index, const Hash& hash)>;

  CompactRange() = default;
  // As it stands after `size` leaves.
  static Result<CompactRange> of(const NodeSource& source, std::uint64_t size);
  // `corrupt` when its root is another.
  static Result<CompactRange> of(const NodeSource& source, std::uint64_t size, const Hash& root);

  void add(const Hash& leaf, const Completed& completed);
  std::uint64_t size() const { return size_; }
  Hash root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;  // from the largest subtree to the smallest: one for each bit of size_
};

}  // namespace hansard::proof

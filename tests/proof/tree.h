// A Merkle tree in memory by the recursive definition of RFC 9162 section 2.1.1, to hold the product against.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/proof/merkle.h"

namespace hansard::proof::test {

// MTH(D[n]) of leaf hashes, word for word.
inline Hash naive_root(const std::vector<Hash>& leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves.front();
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  const auto middle = leaves.begin() + static_cast<std::ptrdiff_t>(k);
  return node_hash(naive_root({leaves.begin(), middle}), naive_root({middle, leaves.end()}));
}

inline std::vector<Hash> first(const std::vector<Hash>& leaves, std::size_t count) {
  return {leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(count)};
}

class NaiveTree final : public NodeSource {
 public:
  explicit NaiveTree(std::vector<Hash> leaves) : leaves_(std::move(leaves)) {}
  Result<Hash> node(unsigned height, std::uint64_t index) const override {
    const auto from = leaves_.begin() + static_cast<std::ptrdiff_t>(index << height);
    return naive_root({from, from + (std::ptrdiff_t{1} << height)});
  }

 private:
  std::vector<Hash> leaves_;
};

inline std::vector<Hash> numbered_leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("leaf " + std::to_string(i)));
  return leaves;
}

inline std::string hex(const Hash& hash) {
  std::string text;
  for (auto byte : hash) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace hansard::proof::test

// The published vectors are those of Certificate Transparency's reference tree of eight leaves: merkle_tree_test.cc of
// github.com/google/certificate-transparency, today testonly/constants.go and proof tests of
// github.com/transparency-dev/merkle.
#include "engine/proof/merkle.h"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/proof/tree.h"

using namespace hansard::proof;
using namespace hansard::proof::test;

namespace {
using Strings = std::vector<std::string>;

const Strings kInputs = {"",
                         std::string("\x00", 1),
                         "\x10",
                         "\x20\x21",
                         "\x30\x31",
                         "\x40\x41\x42\x43",
                         "\x50\x51\x52\x53\x54\x55\x56\x57",
                         "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};

const Strings kRoots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

const std::string kLeaf1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const std::string kLeaves23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const std::string kLeaves4To7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const std::string kLeaf4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const std::string kLeaves67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const std::string kLeaves45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

struct InclusionVector {
  std::uint64_t index, size;
  Strings path;
};
const InclusionVector kInclusion[] = {{0, 1, {}},
                                      {0, 8, {kLeaf1, kLeaves23, kLeaves4To7}},
                                      {5, 8, {kLeaf4, kLeaves67, kRoots[4]}},
                                      {2, 3, {kRoots[2]}},
                                      {1, 5, {kRoots[1], kLeaves23, kLeaf4}}};

struct ConsistencyVector {
  std::uint64_t from, to;
  Strings path;
};
const ConsistencyVector kConsistency[] = {{1, 1, {}},
                                          {1, 8, {kLeaf1, kLeaves23, kLeaves4To7}},
                                          {6, 8, {kLeaves45, kLeaves67, kRoots[4]}},
                                          {2, 5, {kLeaves23, kLeaf4}}};

std::vector<Hash> reference_leaves() {
  std::vector<Hash> leaves;
  for (const auto& input : kInputs) leaves.push_back(leaf_hash(input));
  return leaves;
}

Strings hex_of(const Path& path) {
  Strings text;
  for (const auto& hash : path) text.push_back(hex(hash));
  return text;
}

void flip(Hash& hash, std::size_t bit) { hash[bit / 8 % hash.size()] ^= static_cast<std::uint8_t>(1u << bit % 8); }
}  // namespace

TEST_CASE("the reference tree has the published roots at every size") {
  const NaiveTree tree(reference_leaves());
  CompactRange range;
  for (std::size_t size = 0; size <= 8; ++size) {
    INFO(size);
    CHECK(hex(root_at(tree, size).value()) == kRoots[size]);
    CHECK(hex(range.root()) == kRoots[size]);
    if (size < 8) range.add(leaf_hash(kInputs[size]), [](unsigned, std::uint64_t, const Hash&) {});
  }
}

TEST_CASE("the reference tree has the published inclusion proofs") {
  const NaiveTree tree(reference_leaves());
  for (const auto& vector : kInclusion) {
    INFO(vector.index << " of " << vector.size);
    const Path path = inclusion_path(tree, vector.index, vector.size).value();
    CHECK(hex_of(path) == vector.path);
    CHECK(verify_inclusion(leaf_hash(kInputs[vector.index]), vector.index, vector.size, path,
                           root_at(tree, vector.size).value()));
  }
}

TEST_CASE("the reference tree has the published consistency proofs") {
  const NaiveTree tree(reference_leaves());
  for (const auto& vector : kConsistency) {
    INFO(vector.from << " to " << vector.to);
    const Path path = consistency_path(tree, vector.from, vector.to).value();
    CHECK(hex_of(path) == vector.path);
    CHECK(verify_consistency(vector.from, root_at(tree, vector.from).value(), vector.to,
                             root_at(tree, vector.to).value(), path));
  }
}

TEST_CASE("a growing tree completes every subtree once, in order, with its hash") {
  const auto leaves = numbered_leaves(300);
  const NaiveTree tree(leaves);
  CompactRange range;
  std::array<std::uint64_t, 16> completed{};
  for (const auto& leaf : leaves) {
    range.add(leaf, [&](unsigned height, std::uint64_t index, const Hash& hash) {
      REQUIRE(index == completed[height]++);
      REQUIRE(hash == tree.node(height, index).value());
    });
  }
  for (unsigned height = 0; height < completed.size(); ++height) CHECK(completed[height] == leaves.size() >> height);
}

TEST_CASE("a tree taken up again at any size goes on to the same root") {
  const auto leaves = numbered_leaves(70);
  const NaiveTree tree(leaves);
  for (std::size_t at = 0; at <= leaves.size(); ++at) {
    CompactRange range = CompactRange::of(tree, at).value();
    REQUIRE(range.root() == naive_root(first(leaves, at)));
    for (std::size_t i = at; i < leaves.size(); ++i) range.add(leaves[i], [](unsigned, std::uint64_t, const Hash&) {});
    REQUIRE(range.size() == leaves.size());
    REQUIRE(range.root() == naive_root(leaves));
  }
}

TEST_CASE("a tree is not taken up again with a hash that is read wrong") {
  class OneFlipped final : public NodeSource {
   public:
    explicit OneFlipped(const NaiveTree& tree, int flipped) : tree_(tree), left_(flipped) {}
    Result<Hash> node(unsigned height, std::uint64_t index) const override {
      TRY(auto hash, tree_.node(height, index));
      if (left_-- == 0) hash[7] ^= 0x10;
      return hash;
    }

   private:
    const NaiveTree& tree_;
    mutable int left_;
  };
  const auto leaves = numbered_leaves(70);  // 64 + 4 + 2: three peaks
  const NaiveTree tree(leaves);
  const Hash root = naive_root(leaves);
  REQUIRE(CompactRange::of(tree, leaves.size(), root).value().root() == root);
  for (int peak = 0; peak < 3; ++peak) {
    CHECK(CompactRange::of(OneFlipped(tree, peak), leaves.size(), root).error().code ==
          hansard::base::ErrorCode::corrupt);
  }
}

TEST_CASE("every inclusion proof of every small tree verifies, and for no other place") {
  const auto leaves = numbered_leaves(33);
  const NaiveTree tree(leaves);
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    const Hash root = naive_root(first(leaves, size));
    for (std::uint64_t index = 0; index < size; ++index) {
      const Path path = inclusion_path(tree, index, size).value();
      for (std::uint64_t claimed = 0; claimed <= size; ++claimed) {
        REQUIRE(verify_inclusion(leaves[index], claimed, size, path, root) == (claimed == index));
      }
    }
  }
}

TEST_CASE("every consistency proof of every small tree verifies, and for no other sizes") {
  const auto leaves = numbered_leaves(20);
  const NaiveTree tree(leaves);
  for (std::uint64_t to = 1; to <= leaves.size(); ++to) {
    const Hash to_root = naive_root(first(leaves, to));
    for (std::uint64_t from = 0; from <= to; ++from) {
      const Hash from_root = naive_root(first(leaves, from));
      const Path path = consistency_path(tree, from, to).value();
      for (std::uint64_t claimed = 0; claimed <= to; ++claimed) {
        const bool verifies = verify_consistency(claimed, from_root, to, to_root, path);
        REQUIRE(verifies == (claimed == from));
      }
    }
  }
}

TEST_CASE("an inclusion proof with any bit changed fails") {
  rc::prop("any leaf, any tree up to 600 leaves, any bit of leaf, path and root", [] {
    const auto size = *rc::gen::inRange<std::size_t>(1, 600);
    const auto index = *rc::gen::inRange<std::size_t>(0, size);
    const auto leaves = numbered_leaves(size);
    const NaiveTree tree(leaves);
    const Hash root = naive_root(leaves);
    Path path = inclusion_path(tree, index, size).value();
    RC_ASSERT(verify_inclusion(leaves[index], index, size, path, root));

    const auto bit = *rc::gen::inRange<std::size_t>(0, 256);
    Hash other_leaf = leaves[index], other_root = root;
    flip(other_leaf, bit);
    flip(other_root, bit);
    RC_ASSERT_FALSE(verify_inclusion(other_leaf, index, size, path, root));
    RC_ASSERT_FALSE(verify_inclusion(leaves[index], index, size, path, other_root));
    path.push_back(root);
    RC_ASSERT_FALSE(verify_inclusion(leaves[index], index, size, path, root));
    path.pop_back();
    if (path.empty()) return;
    flip(path[*rc::gen::inRange<std::size_t>(0, path.size())], bit);
    RC_ASSERT_FALSE(verify_inclusion(leaves[index], index, size, path, root));
  });
}

TEST_CASE("a consistency proof with any bit changed, or a piece missing, fails") {
  rc::prop("any two sizes up to 600 leaves", [] {
    const auto to = *rc::gen::inRange<std::size_t>(2, 600);
    const auto from = *rc::gen::inRange<std::size_t>(1, to);
    const auto leaves = numbered_leaves(to);
    const NaiveTree tree(leaves);
    const Hash from_root = naive_root(first(leaves, from)), to_root = naive_root(leaves);
    const Path path = consistency_path(tree, from, to).value();
    RC_ASSERT(verify_consistency(from, from_root, to, to_root, path));

    const auto bit = *rc::gen::inRange<std::size_t>(0, 256);
    Hash other = from_root;
    flip(other, bit);
    RC_ASSERT_FALSE(verify_consistency(from, other, to, to_root, path));
    other = to_root;
    flip(other, bit);
    RC_ASSERT_FALSE(verify_consistency(from, from_root, to, other, path));
    const auto at = *rc::gen::inRange<std::size_t>(0, path.size());
    Path changed = path;
    flip(changed[at], bit);
    RC_ASSERT_FALSE(verify_consistency(from, from_root, to, to_root, changed));
    changed = path;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
    RC_ASSERT_FALSE(verify_consistency(from, from_root, to, to_root, changed));
    changed = path;
    changed.push_back(to_root);
    RC_ASSERT_FALSE(verify_consistency(from, from_root, to, to_root, changed));
  });
}

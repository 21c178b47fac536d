#include "replay/verify/prefix_root.h"

#include "replay/verify/log_walk.h"

namespace hansard::verify {

PrefixRoot::PrefixRoot(std::uint64_t size) : size_(size), parts_((size + kStretchEvents - 1) / kStretchEvents) {}

bool PrefixRoot::see(const codec::Leaf& leaf, std::string_view record) {
  const std::uint64_t index = leaf.position.value - 1;
  if (index >= size_) return false;
  parts_[index / kStretchEvents].add(proof::leaf_hash(codec::leaf_bytes(record)),
                                     [](unsigned, std::uint64_t, const proof::Hash&) {});
  return true;
}

bool PrefixRoot::is_whole() const {
  std::uint64_t leaves = 0;
  for (const proof::CompactRange& part : parts_) leaves += part.size();
  return leaves == size_;
}

bool PrefixRoot::has(const proof::Hash& root) const {
  std::vector<proof::Hash> roots;
  for (const proof::CompactRange& part : parts_) roots.push_back(part.root());
  return is_whole() && proof::root_of_parts(roots) == root;
}

}  // namespace hansard::verify

// The RFC 6962 root over the first records of a log, while it is walked from its beginning: what was signed of it can
// be held against the records themselves.
//
// Thread: see from any, the records of a stretch of kStretchEvents in order; the rest from one, when all were seen.
// Memory: two kilobytes for each stretch.
#pragma once

#include <string_view>
#include <vector>

#include "engine/codec/codec.h"
#include "engine/proof/merkle.h"

namespace hansard::verify {

class PrefixRoot {
 public:
  // Of that many records.
  explicit PrefixRoot(std::uint64_t size);

  // Each intact record. False: it is not one of the first.
  bool see(const codec::Leaf& leaf, std::string_view record);
  // Every one of them was seen.
  bool is_whole() const;
  // And they have this root.
  bool has(const proof::Hash& root) const;

 private:
  std::uint64_t size_;
  std::vector<proof::CompactRange> parts_;  // a stretch each
};

}  // namespace hansard::verify

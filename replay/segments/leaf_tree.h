// The root over the leaves of the records that went by: RFC 6962, as engine/proof has it.
//
// Thread: one at a time.
#pragma once

#include <string_view>

#include "engine/codec/codec.h"
#include "engine/proof/merkle.h"

namespace hansard::segments {

class LeafTree {
 public:
  // The record was checked before.
  void add(std::string_view record) {
    tree_.add(proof::leaf_hash(codec::leaf_bytes(record)), [](unsigned, std::uint64_t, const proof::Hash&) {});
  }
  base::Digest root() const { return tree_.root(); }

 private:
  proof::CompactRange tree_;
};

}  // namespace hansard::segments

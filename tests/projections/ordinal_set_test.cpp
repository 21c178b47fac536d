#include "projections/ordinal_set.h"

#include <string>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "projections/row_map.h"
#include "tests/projections/draw.h"

namespace hansard::projections {

namespace {

const Key kSet = sent_set(ConversationId{}, UserId{"ada"});

std::string bytes_of(const Leaf& leaf) {
  std::string bytes;
  leaf.encode(bytes);
  return bytes;
}

}  // namespace

TEST_CASE("a sequence that grew by one ordinal at a time has the bytes of its leaves encoded whole") {
  rc::prop("over gaps that fill leaves thinly, half and wholly", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    const RowMap nothing;
    RowBatch rows(nothing, SIZE_MAX);
    const std::uint64_t gap = 1 + draw(12) * draw(3);
    Leaf newest;
    std::uint64_t ordinal = draw(3) == 0 ? 0 : draw(5'000);
    newest.block = block_of({ordinal + 1});
    for (int i = 0; i < 1'500; ++i) {
      ordinal += 1 + draw(gap);
      append_to_sequence(rows, kSet, {ordinal});
      if (const auto block = block_of({ordinal}); block != newest.block) {
        if (!newest.empty()) {
          std::string scratch;
          RC_ASSERT(rows.get(leaf_key(kSet, newest.block), scratch) == bytes_of(newest));
        }
        newest = Leaf{block, newest.before + newest.count(), {}};
      }
      newest.set({ordinal}, true);
      std::string scratch;
      RC_ASSERT(rows.get(leaf_key(kSet, kNewestBlock), scratch) == bytes_of(newest));
    }
  });
}

}  // namespace hansard::projections

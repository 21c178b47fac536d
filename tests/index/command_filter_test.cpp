#include "engine/index/command_filter.h"

#include <catch2/catch.hpp>

namespace hansard::index {

namespace {
base::ShortDigest id_number(std::uint64_t number) { return base::hmac_sha256_short("id", std::to_string(number)); }
}  // namespace

TEST_CASE("what was added may be held, and hardly anything else") {
  CommandFilter filter;
  constexpr std::uint64_t kIds = CommandFilter::kFirstLayerIds * 3;  // two layers
  for (std::uint64_t i = 0; i < kIds; ++i) REQUIRE(filter.add(id_number(i)));
  std::uint64_t missed = 0, wrong = 0;
  for (std::uint64_t i = 0; i < kIds; ++i) {
    missed += filter.may_hold(id_number(i)) ? 0 : 1;
    wrong += filter.may_hold(id_number(kIds + i)) ? 1 : 0;
  }
  CHECK(missed == 0);
  CHECK(wrong < kIds / 90);  // two layers of the six that one in thirty is said of
}

TEST_CASE("an empty filter holds nothing") {
  const CommandFilter filter;
  filter.fetch(id_number(1));
  CHECK_FALSE(filter.may_hold(id_number(1)));
}

TEST_CASE("a full filter says so, and holds what it has") {
  CommandFilter filter(1);
  for (std::uint64_t i = 0; i < CommandFilter::kFirstLayerIds; ++i) REQUIRE(filter.add(id_number(i)));
  CHECK_FALSE(filter.add(id_number(CommandFilter::kFirstLayerIds)));
  CHECK(filter.may_hold(id_number(0)));
  CHECK(filter.may_hold(id_number(CommandFilter::kFirstLayerIds - 1)));
}

}  // namespace hansard::index

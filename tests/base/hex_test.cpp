#include "engine/base/hex.h"

#include <catch2/catch.hpp>

namespace hansard::base {

TEST_CASE("bytes are two lower-case digits each, zeros and high ones too") {
  CHECK(hex("").empty());
  CHECK(hex("az") == "617a");
  CHECK(hex(std::string_view("\0\x09\x7f\x80\xff", 5)) == "00097f80ff");
}

}  // namespace hansard::base

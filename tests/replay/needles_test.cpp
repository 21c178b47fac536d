#include "replay/needles.h"

#include <catch2/catch.hpp>

#include "engine/proof/base64.h"

namespace hansard::replay {

TEST_CASE("words are found in base 64 wherever they begin in it") {
  const std::string text = "the words that had to go";
  for (std::size_t before = 0; before < 7; ++before) {
    const std::string digits = proof::base64(std::string(before, 'x') + text + "and more");
    bool found = false;
    for (const auto& needle : needles_of({text})) {
      found = found || (needle.form == "in base 64" && digits.find(needle.bytes) != std::string::npos);
    }
    CHECK(found);
  }
}

TEST_CASE("words are looked for as JSON where that is another form, and nothing is looked for in nothing") {
  const auto needles = needles_of({"a \"b\"\n", ""});
  REQUIRE(needles.size() == 2 + 3);
  CHECK(needles[0].bytes == "a \"b\"\n");
  CHECK(needles[1].bytes == "a \\\"b\\\"\\n");
  CHECK(needles[1].form == "as JSON");
  CHECK(needles_of({"short"}).size() == 1);
}

}  // namespace hansard::replay

// Lists of erasures as they are given to a restore.
#include "replay/erasures_file.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace hansard::replay {

namespace {
constexpr const char* kId = "0192f0c1-0000-7000-8000-000000000001";

base::Result<std::vector<process::OfflineErasure>> read(const std::string& text) {
  support::TempFolder folder;
  std::ofstream(folder / "list") << text;
  return read_erasures(folder / "list");
}
}  // namespace

TEST_CASE("an erasure is known by its id, and one of a list made by hand has none") {
  const std::string id = std::string("\"id\":\"") + kId + "\",";
  auto list = read("{" + id + "\"user_id\":\"bob\",\"reason\":\"why\"}\n\n{\"user_id\":\"eve\"}\n");
  REQUIRE(list.has_value());
  REQUIRE(list.value().size() == 2);
  CHECK(base::to_text(list.value()[0].id.value()) == kId);
  CHECK(list.value()[0].reason == "why");
  CHECK_FALSE(list.value()[1].id.has_value());
  CHECK(list.value()[1].scope == domain::ErasureScope(base::UserId{"eve"}));
}

TEST_CASE("an erasure says whether it was complete, and whether a hold kept it from that") {
  auto list = read(
      "{\"user_id\":\"ann\",\"state\":\"complete\",\"held\":1}\n"
      "{\"user_id\":\"bob\",\"state\":\"erasing\",\"held\":1}\n{\"user_id\":\"cid\",\"state\":\"erasing\",\"held\":0}"
      "\n");
  REQUIRE(list.has_value());
  CHECK((list.value()[0].is_complete && !list.value()[0].is_kept));
  CHECK((!list.value()[1].is_complete && list.value()[1].is_kept));
  CHECK((!list.value()[2].is_complete && !list.value()[2].is_kept));
}

TEST_CASE("of a list of holds it is read which stand") {
  support::TempFolder folder;
  const std::string id = std::string("{\"id\":\"") + kId + "\",";
  std::ofstream(folder / "list") << id + "\"user_id\":\"bob\",\"reason\":\"case 7\",\"released_at\":null}\n" + id +
                                        "\"user_id\":\"eve\",\"released_at\":\"2026-01-01T00:00:00.000Z\"}\n";
  auto holds = read_holds(folder / "list");
  REQUIRE(holds.has_value());
  REQUIRE(holds.value().size() == 2);
  CHECK_FALSE(holds.value()[0].is_released);
  CHECK(holds.value()[1].is_released);
  CHECK(holds.value()[0].scope == domain::HoldScope(base::UserId{"bob"}));
  CHECK(base::to_text(holds.value()[0].id) == kId);
  for (const std::string text : {"", "{\"user_id\":\"bob\"}", "{\"items\":[]}"}) {
    std::ofstream(folder / "list") << text;
    CHECK(read_holds(folder / "list").has_error());
  }
}

TEST_CASE("a list that says nothing, or something else, is wrong usage") {
  for (const std::string text : {"", "\n\n", "{\"items\":[]}", "{\"id\":\"7\",\"user_id\":\"bob\"}",
                                 "{\"id\":null,\"user_id\":\"bob\"}", "{\"user_id\":\"bob\""}) {
    INFO(text);
    auto list = read(text);
    REQUIRE(list.has_error());
    CHECK(list.error().code == base::ErrorCode::malformed);
  }
}

}  // namespace hansard::replay

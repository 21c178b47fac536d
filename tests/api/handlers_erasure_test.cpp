// The lists of erasures and legal holds through the router.
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

constexpr const char* kAdmin = "root admin";

// Three of each.
struct Archive {
  House house;
  std::vector<std::string> erasures = make("erasures"), holds = make("holds");

  std::vector<std::string> make(const std::string& list) {
    std::vector<std::string> ids;
    for (const char* user : {"ann", "bob", "carl"}) {
      const std::string body = R"({"user_id":")" + std::string(list == "holds" ? "kept-" : "") + user + "\"}";
      ids.push_back(house.post("/admin/" + list, kAdmin, body).word("id"));
    }
    return ids;
  }
  Reply page(const std::string& list, const std::string& cursor = "") {
    return house.get("/admin/" + list + "?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor), kAdmin);
  }
};

std::vector<std::string> ids_of(const Reply& page) {
  std::vector<std::string> ids;
  for (const JsonValue& item : page.items()) ids.emplace_back(item.member("id").string().value_or(""));
  return ids;
}

TEST_CASE("erasures and holds are listed in pages, each with cursors of its own") {
  Archive archive;
  for (const auto& [list, ids, other] :
       {std::tuple("erasures", archive.erasures, "holds"), std::tuple("holds", archive.holds, "erasures")}) {
    INFO(list);
    const Reply first = archive.page(list);
    REQUIRE(ids_of(first) == std::vector(ids.begin(), ids.begin() + 2));
    const Reply rest = archive.page(list, first.word("next"));
    CHECK(ids_of(rest) == std::vector{ids.back()});
    CHECK(rest.json.member("next").kind() == JsonValue::Kind::null);
    CHECK(archive.page(other, first.word("next")).status == 400);
    CHECK(archive.page(list, ids.front()).status == 400);
    CHECK(archive.page(list, "x").status == 400);
  }
}

TEST_CASE("a reason is limited in code points, not bytes") {
  House house;
  std::string reason;
  for (int i = 0; i < 1'000; ++i) reason += "\u00e4";
  const auto order = [&](const char* list, const std::string& why) {
    return house.post(std::string("/admin/") + list, kAdmin, R"({"user_id":"ann","reason":")" + why + "\"}");
  };
  for (const char* list : {"erasures", "holds"}) {
    CHECK(order(list, reason + "a").status == 422);
    CHECK(order(list, reason).word("reason") == reason);
  }
}

TEST_CASE("who orders as an administrator stands on record, whomever he acts for") {
  House house;
  const Headers acting{{"hansard-act-as", "bob"}};
  const std::string both = "root admin service";
  const Reply erasure = house.post("/admin/erasures", both, R"({"user_id":"ann"})", acting);
  CHECK(erasure.status == 201);
  CHECK(erasure.word("requested_by") == "root");
  const Reply hold = house.post("/admin/holds", both, R"({"user_id":"carl"})", acting);
  CHECK(hold.word("placed_by") == "root");
  const Reply group = house.post("/conversations", both, R"({"type":"group"})", acting);
  CHECK(group.word("created_by") == "bob");
}

}  // namespace
}  // namespace hansard::api

#include <string>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

// A group of ann and bob with five messages of ann's.
struct FiveUnread {
  House house;
  std::string id = house.group("ann", {"bob"});
  std::string path = "/conversations/" + id;
  std::string third;

  FiveUnread() {
    for (int i = 1; i <= 5; ++i) {
      auto message = house.send(id, "ann", std::to_string(i));
      if (i == 3) third = message;
    }
  }
};

TEST_CASE("a read answers the pointers and moves the counts") {
  FiveUnread f;
  Reply read = f.house.post(f.path + "/read", "bob", R"({"up_to":2})");
  CHECK(read.status == 200);
  CHECK(read.number("read_up_to") == 2);
  CHECK(read.number("unread") == 3);
  CHECK(read.json.member("changed").boolean() == true);
  CHECK(f.house.post("/messages/" + f.third + "/read", "bob").number("unread") == 2);
  CHECK(f.house.post(f.path + "/read", "bob", R"({"up_to":")" + f.third + "\"}").json.member("changed").boolean() ==
        false);
  CHECK(f.house.post(f.path + "/read", "bob", R"({"up_to":6})").status == 422);
  CHECK(f.house.get(f.path, "bob").number("unread") == 2);
}

TEST_CASE("a marker counts from its ordinal until the next read") {
  FiveUnread f;
  f.house.post(f.path + "/read", "bob", R"({"up_to":5})");
  Reply marked = f.house.post(f.path + "/unread", "bob", R"({"from":4})");
  CHECK(marked.number("unread") == 2);
  CHECK(marked.number("marked_from") == 4);
  Reply explained = f.house.get(f.path + "/unread/explain", "bob");
  CHECK(explained.number("unread") == 2);
  CHECK(explained.json.member("ordinals").minified() == "[4,5]");
  CHECK(explained.number("read_up_to") == 5);
  CHECK(explained.number("marked_from") == 4);
  CHECK(f.house.post(f.path + "/read", "bob", R"({"up_to":5})").number("unread") == 0);
}

TEST_CASE("totals leave out what is archived and name what is not") {
  FiveUnread f;
  std::string other = f.house.group("ann", {"bob"});
  f.house.post("/conversations/" + other + "/messages", "ann",
               R"({"content":"bob","mentions":[{"user_id":"bob","offset":0,"length":3}]})");
  Reply all = f.house.get("/unread", "bob");
  CHECK(all.number("total") == 6);
  CHECK(all.number("mentions") == 1);
  CHECK(all.json.member("conversations").items().size() == 2);
  CHECK(f.house.get("/messages/unread/count", "bob").text == all.text);
  f.house.post(f.path + "/archive", "bob");
  Reply rest = f.house.get("/unread", "bob");
  CHECK(rest.number("total") == 1);
  REQUIRE(rest.json.member("conversations").items().size() == 1);
  CHECK(rest.json.member("conversations").items()[0].member("conversation_id").string() == other);
  CHECK(f.house.get("/unread", "ann").number("total") == 0);
}

TEST_CASE("receipts follow the pointers of each member") {
  FiveUnread f;
  f.house.post(f.path + "/members", "ann", R"({"user_id":"zoe"})");
  auto status_of_bob = [&] {
    Reply page = f.house.get("/messages/" + f.third + "/receipts", "ann");
    REQUIRE(page.items().size() == 1);
    CHECK(page.items()[0].member("user_id").string() == "bob");
    return std::string(*page.items()[0].member("status").string());
  };
  CHECK(status_of_bob() == "sent");
  Reply delivered = f.house.post(f.path + "/delivered", "bob", R"({"up_to":3})");
  CHECK(delivered.number("delivered_up_to") == 3);
  CHECK(status_of_bob() == "delivered");
  Reply again = f.house.post(f.path + "/delivered", "bob", R"({"up_to":3})");
  CHECK(again.json.member("changed").boolean() == false);
  CHECK(again.number("delivered_up_to") == 3);
  for (const char* of_reads : {"read_up_to", "marked_from", "unread", "mentions_unread"}) {
    CHECK(delivered.json.member(of_reads).kind() == JsonValue::Kind::missing);
    CHECK(again.json.member(of_reads).kind() == JsonValue::Kind::missing);
  }
  f.house.post(f.path + "/read", "bob", R"({"up_to":3})");
  CHECK(status_of_bob() == "read");
}

TEST_CASE("who joined right after a message has no receipt of it") {
  FiveUnread f;
  const std::string before = f.house.send(f.id, "ann", "before");
  f.house.post(f.path + "/members", "ann", R"({"user_id":"zoe"})");
  const std::string after = f.house.send(f.id, "ann", "after");
  CHECK(f.house.get("/messages/" + before + "/receipts", "ann").items().size() == 1);
  CHECK(f.house.get("/messages/" + after + "/receipts", "ann").items().size() == 2);
}

TEST_CASE("typing is answered and has no position") {
  FiveUnread f;
  Reply typing = f.house.post(f.path + "/typing", "bob", R"({"is_typing":true})");
  CHECK(typing.status == 200);
  CHECK(typing.json.member("is_typing").boolean() == true);
  CHECK(f.house.post(f.path + "/typing", "bob", R"({"is_typing":1})").status == 400);
}

}  // namespace
}  // namespace hansard::api

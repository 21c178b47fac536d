// Searching as a client sees it: who finds what, highlights, pages, and that any string is a query.
#include <catch2/catch.hpp>

#include "api/cursor.h"
#include "engine/base/hash.h"
#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

std::vector<std::string> found(const Reply& reply) {
  std::vector<std::string> contents;
  for (JsonValue item : reply.items()) {
    contents.emplace_back(item.member("message").member("content").string().value_or("(none)"));
  }
  return contents;
}
using Contents = std::vector<std::string>;

TEST_CASE("members find what they may read, with where it matched") {
  House house;
  std::string id = house.group("ann", {"bob"});
  house.send(id, "ann", "the quick brown fox");
  house.send(id, "bob", "Größe: quick");
  Reply reply = house.get("/search/messages?q=quick", "bob");
  REQUIRE(reply.status == 200);
  CHECK(found(reply) == Contents{"Größe: quick", "the quick brown fox"});
  CHECK(reply.number("total") == 2);
  CHECK(reply.word("indexed_through") == reply.header("Hansard-Position"));
  JsonValue first = reply.items()[0].member("highlights").items()[0];
  CHECK(first.member("offset").integer() == 7);
  CHECK(first.member("length").integer() == 5);
  CHECK(found(house.get("/search/messages?q=quick", "eve")).empty());
  CHECK(found(house.get("/search/messages?q=from:ann+quick", "bob")) == Contents{"the quick brown fox"});
}

TEST_CASE("who left finds nothing, who joined finds what history allows") {
  House house;
  std::string open = house.group("ann", {"bob"});
  std::string closed = house.group("ann", {"bob"}, "{\"history\":\"from_join\"}");
  for (const auto& id : {open, closed}) house.send(id, "ann", "secret");
  for (const auto& id : {open, closed}) {
    house.ask("POST", "/conversations/" + id + "/members", "ann", "{\"user_id\":\"eve\"}");
    house.ask("DELETE", "/conversations/" + id + "/members/bob", "ann");
  }
  CHECK(found(house.get("/search/messages?q=secret", "bob")).empty());
  CHECK(found(house.get("/search/messages?q=secret", "eve")) == Contents{"secret"});
  CHECK(found(house.get("/search/messages?q=secret", "ann")).size() == 2);
}

TEST_CASE("pages follow their cursor, and a cursor belongs to its search") {
  House house;
  std::string id = house.group("ann", {"bob"});
  for (int i = 0; i < 5; ++i) house.send(id, "ann", "word " + std::to_string(i));
  Reply page = house.get("/search/messages?q=word&limit=3", "ann");
  CHECK(found(page) == Contents{"word 4", "word 3", "word 2"});
  std::string next = page.word("next");
  REQUIRE_FALSE(next.empty());
  CHECK(found(house.get("/search/messages?q=word&limit=3&cursor=" + next, "ann")) == Contents{"word 1", "word 0"});
  CHECK(house.get("/search/messages?q=other&cursor=" + next, "ann").status == 400);
  CHECK(house.get("/search/messages?q=word&cursor=x", "ann").status == 400);
  CHECK(house.get("/search/messages?q=word&sort=best", "ann").status == 400);
  CHECK(house.get("/search/messages", "ann").status == 400);
}

TEST_CASE("others have their turn while hits are shown") {
  House house;
  std::string id = house.group("ann", {"bob"}), text;
  while (text.size() < 9'000) text += "東京都";
  for (int i = 0; i < 40; ++i) house.send(id, "ann", text);
  REQUIRE(found(house.get("/search/messages?q=%E6%9D%B1%E4%BA%AC&limit=1", "ann")).size() == 1);
  std::size_t of_one = house.slices();
  REQUIRE(found(house.get("/search/messages?q=%E6%9D%B1%E4%BA%AC&limit=40", "ann")).size() == 40);
  CHECK(house.slices() >= of_one + 5);
}

TEST_CASE("others have their turn where little text is compared with much") {
  House house;
  std::string id = house.group("ann", {"bob"}), text, query;
  while (text.size() < 1'000) text += "a ";
  for (int i = 0; i < 4; ++i) house.send(id, "ann", text);
  for (int words = 2; words < 22; ++words) {
    query += "%22";
    for (int i = 0; i < words; ++i) query += "a+";
    query += "zz%22+OR+";
  }
  REQUIRE(found(house.get("/search/messages?q=a", "ann")).size() == 4);
  std::size_t of_few = house.slices();
  REQUIRE(found(house.get("/search/messages?q=" + query + "a", "ann")).size() == 4);
  CHECK(house.slices() >= of_few + 3);
}

TEST_CASE("a query has at most 256 terms") {
  House house;
  house.send(house.group("ann", {"bob"}), "ann", "word");
  std::string query = "word";
  for (int i = 1; i < 256; ++i) query += "+word";
  CHECK(found(house.get("/search/messages?q=" + query, "ann")) == Contents{"word"});
  Reply reply = house.get("/search/messages?q=" + query + "+word", "ann");
  CHECK(reply.status == 400);
  CHECK(reply.code() == "malformed");
  CHECK(reply.word("detail").find("256") != std::string::npos);
}

TEST_CASE("a cursor above what is indexed is told that the index is behind") {
  House house;
  house.send(house.group("ann", {"bob"}), "ann", "word");
  search::PageCursor cursor;
  cursor.below = 1'000;
  Reply reply = house.get("/search/messages?q=word&cursor=" + encode_cursor(cursor, base::crc32c("nword")), "ann");
  CHECK(reply.status == 503);
  CHECK(reply.code() == "view_behind");
}

TEST_CASE("an edit or a delete is what a search sees") {
  House house;
  std::string id = house.group("ann", {"bob"});
  std::string first = house.send(id, "ann", "alpha");
  std::string second = house.send(id, "ann", "beta");
  house.ask("PATCH", "/messages/" + first, "ann", "{\"content\":\"gamma\"}");
  house.ask("DELETE", "/messages/" + second, "ann");
  CHECK(found(house.get("/search/messages?q=alpha", "bob")).empty());
  CHECK(found(house.get("/search/messages?q=beta", "bob")).empty());
  CHECK(found(house.get("/search/messages?q=gamma", "bob")) == Contents{"gamma"});
}

TEST_CASE("any string is a query") {
  House house;
  house.group("ann", {"bob"});
  for (const char* q : {"", "%22", "%22a", "OR", "-", "((", "%2A", "a+AND+NOT", "from%3A", "%F0%9F%91%8D", "%01"}) {
    INFO(q);
    CHECK(house.get(std::string("/search/messages?q=") + q, "ann").status == 200);
  }
}

TEST_CASE("ready names the search view") {
  House house;
  CHECK(house.get("/ready", "").text.find("\"search\"") != std::string::npos);
}

}  // namespace
}  // namespace hansard::api

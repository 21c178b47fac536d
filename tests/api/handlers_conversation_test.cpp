#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

constexpr const char* kNothing = "0190a0b0-0000-7000-8000-0000000000ff";

TEST_CASE("a close with If-Match closes only what the caller has seen") {
  House house;
  std::string path = "/conversations/" + house.group("ann", {"bob"});
  std::string seen = house.get(path, "ann").header("ETag");
  house.ask("PATCH", path, "ann", R"({"title":"changed"})");
  Reply stale = house.ask("DELETE", path, "ann", "", {{"if-match", seen}});
  CHECK(stale.status == 412);
  CHECK(stale.code() == "version_conflict");
  CHECK(house.ask("DELETE", path, "ann", "", {{"if-match", "nonsense"}}).status == 400);
  Reply closed = house.ask("DELETE", path, "ann", "", {{"if-match", house.get(path, "ann").header("ETag")}});
  CHECK(closed.status == 200);
}

TEST_CASE("a created conversation is answered, listed and read") {
  House house;
  Reply made = house.post("/conversations", "ann", R"({"type":"group","title":"Team","members":["bob"]})");
  CHECK(made.status == 201);
  CHECK(made.word("title") == "Team");
  CHECK(made.word("role") == "owner");
  CHECK(made.number("member_count") == 2);
  CHECK(made.number("version") == 1);
  CHECK_FALSE(made.word("position").empty());
  CHECK(made.header("ETag") == "\"1\"");
  Reply list = house.get("/conversations", "bob");
  REQUIRE(list.items().size() == 1);
  CHECK(list.items()[0].member("id").string() == made.word("id"));
  CHECK(house.get("/conversations/" + made.word("id"), "bob").word("role") == "member");
}

TEST_CASE("creating what is derived again returns it") {
  House house;
  std::string body = R"({"type":"direct","members":["bob"]})";
  Reply first = house.post("/conversations", "ann", body);
  Reply again = house.post("/conversations", "bob", R"({"type":"direct","members":["ann"]})");
  CHECK(first.status == 201);
  CHECK(again.status == 200);
  CHECK(again.word("id") == first.word("id"));
  CHECK(again.json.member("changed").boolean() == false);
}

TEST_CASE("a stranger, who left and a path to nothing get the same 404") {
  House house;
  std::string id = house.group("ann", {"bob", "cy"});
  std::string message = house.send(id, "ann", "secret");
  house.ask("DELETE", "/conversations/" + id + "/members/cy", "cy");
  auto same = [&](const std::string& method, std::string path, const std::string& body) {
    Headers id_header = {{"x-request-id", "r"}};
    std::string absent = path;
    for (const std::string& known : {id, message}) {
      if (auto at = absent.find(known); at != std::string::npos) absent.replace(at, known.size(), kNothing);
    }
    Reply nothing = house.ask(method, absent, "ann", body, id_header);
    INFO(method << " " << path);
    CHECK(nothing.status == 404);
    for (const char* who : {"eve", "cy"}) CHECK(house.ask(method, path, who, body, id_header).text == nothing.text);
  };
  std::string base = "/conversations/" + id;
  for (const char* path : {"", "/members", "/messages", "/messages?before=1", "/unread/explain"})
    same("GET", base + path, "");
  for (const char* path : {"", "/history", "/receipts"}) same("GET", "/messages/" + message + path, "");
  for (const char* path : {"/archive", "/mute", "/pin"}) same("POST", base + path, "");
  same("POST", base + "/messages", R"({"content":"x"})");
  same("POST", base + "/members", R"({"user_id":"zed"})");
  same("POST", base + "/read", R"({"up_to":1})");
  same("POST", base + "/delivered", R"({"up_to":1})");
  same("POST", base + "/unread", R"({"from":1})");
  same("POST", base + "/typing", R"({"is_typing":true})");
  same("PATCH", base, R"({"title":"mine"})");
  same("PATCH", base + "/members/ann", R"({"role":"member"})");
  same("DELETE", base, "");
  same("DELETE", base + "/members/ann", "");
  same("PUT", "/messages/" + message, R"({"content":"mine"})");
  same("DELETE", "/messages/" + message, "");
  same("POST", "/messages/" + message + "/read", "");
  CHECK(house.get("/conversations/not-an-id", "ann").status == 404);
}

TEST_CASE("title and settings change on condition of their version") {
  House house;
  std::string id = house.group("ann", {"bob"});
  std::string path = "/conversations/" + id;
  house.send(id, "ann", "moves the version, not the tag");
  Headers if_first = {{"if-match", house.get(path, "ann").header("ETag")}};
  Reply changed = house.ask("PATCH", path, "ann", R"({"title":"New","settings":{"slow_mode_s":5}})", if_first);
  CHECK(changed.status == 200);
  CHECK(changed.word("title") == "New");
  CHECK(changed.json.member("settings").member("slow_mode_s").integer() == 5);
  CHECK(changed.header("ETag") == "\"3\"");
  CHECK(house.ask("PUT", path, "ann", R"({"title":"Late"})", if_first).code() == "version_conflict");
  CHECK(house.ask("PATCH", path, "bob", R"({"title":"Mine"})").status == 403);
  CHECK(house.ask("PATCH", path, "ann", R"({"title":"New"})").json.member("changed").boolean() == false);
}

TEST_CASE("flags are the caller's own and answer the conversation") {
  House house;
  std::string path = "/conversations/" + house.group("ann", {"bob"});
  Reply archived = house.post(path + "/archive", "ann");
  CHECK(archived.status == 200);
  CHECK(archived.json.member("archived").boolean() == true);
  CHECK(house.post(path + "/archive", "ann").json.member("changed").boolean() == false);
  CHECK(house.get("/conversations?archived=true", "ann").items().size() == 1);
  CHECK(house.get("/conversations?archived=false", "ann").items().empty());
  CHECK(house.get("/conversations?archived=true", "bob").items().empty());
  CHECK(house.post(path + "/pin", "ann").json.member("pinned").boolean() == true);
  CHECK(house.post(path + "/mute", "ann").json.member("muted").boolean() == true);
  CHECK(house.post(path + "/unmute", "ann").json.member("muted").boolean() == false);
  CHECK(house.get("/conversations?archived=maybe", "ann").status == 400);
}

TEST_CASE("a closed conversation is read and not posted to") {
  House house;
  std::string id = house.group("ann", {"bob"});
  CHECK(house.ask("DELETE", "/conversations/" + id, "bob").status == 403);
  CHECK(house.ask("DELETE", "/conversations/" + id, "ann").json.member("closed").boolean() == true);
  Reply refused = house.post("/conversations/" + id + "/messages", "ann", R"({"content":"x"})");
  CHECK(refused.status == 409);
  CHECK(refused.code() == "conversation_closed");
  CHECK(house.get("/conversations/" + id, "bob").status == 200);
}

TEST_CASE("members are added, listed, changed and removed") {
  House house;
  std::string path = "/conversations/" + house.group("ann", {"bob"}) + "/members";
  Reply added = house.post(path, "ann", R"({"members":["bob","cy",{"user_id":"dee/x","role":"admin"}]})");
  CHECK(added.status == 200);
  CHECK(added.json.member("members").items().size() == 2);
  CHECK(added.number("version") == 3);  // with the notice
  Reply changed = house.ask("PATCH", path + "/dee%2Fx", "ann", R"({"role":"read_only"})");
  CHECK(changed.word("role") == "read_only");
  CHECK_FALSE(changed.word("joined_at").empty());
  Reply page = house.get(path + "?limit=3", "bob");
  CHECK(page.items().size() == 3);
  Reply rest = house.get(path + "?limit=3&cursor=" + page.word("next"), "bob");
  REQUIRE(rest.items().size() == 1);
  CHECK(rest.items()[0].member("user_id").string() == "dee/x");
  CHECK(rest.json.member("next").kind() == JsonValue::Kind::null);
  Reply removed = house.ask("DELETE", path + "/cy", "ann");
  CHECK(removed.word("user_id") == "cy");
  CHECK(house.ask("DELETE", path + "/cy", "ann").json.member("changed").boolean() == false);
  CHECK(house.get(path + "?cursor=xxx", "ann").status == 400);
}

TEST_CASE("a walk through the list sees each conversation once") {
  House house;
  std::set<std::string> made;
  for (int i = 0; i < 7; ++i) made.insert(house.group("ann", {}));
  std::set<std::string> seen;
  std::size_t listed = 0;
  for (std::string cursor;;) {
    Reply page = house.get("/conversations?limit=3" + cursor, "ann");
    for (JsonValue item : page.items()) seen.insert(std::string(*item.member("id").string()));
    listed += page.items().size();
    if (page.word("next").empty()) break;
    cursor = "&cursor=" + page.word("next");
  }
  CHECK(seen == made);
  CHECK(listed == 7);
}

TEST_CASE("a cursor of the list goes on with its own filters, and with no others") {
  House house;
  for (int i = 0; i < 3; ++i) house.group("ann", {});
  const std::string list = "/conversations?limit=1", kind = "&type=group";
  const std::string of_all = "&cursor=" + house.get(list, "ann").word("next");
  const std::string of_groups = "&cursor=" + house.get(list + kind, "ann").word("next");
  CHECK(house.get(list + of_all, "ann").items().size() == 1);
  CHECK(house.get(list + kind + of_groups, "ann").items().size() == 1);
  for (const std::string& other : {kind + of_all, "&archived=true" + of_all, of_groups, "&type=ride" + of_groups}) {
    INFO(other);
    CHECK(house.get(list + other, "ann").status == 400);
  }
}

TEST_CASE("a repeated creation answers the conversation as first written") {
  House house;
  Headers key = {{"idempotency-key", "k"}};
  std::string body = R"({"type":"group","title":"Team"})";
  Reply first = house.post("/conversations", "ann", body, key);
  house.send(first.word("id"), "ann", "x");
  Reply again = house.post("/conversations", "ann", body, key);
  CHECK(again.status == 201);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(again.text == first.text);
  house.ask("PATCH", "/conversations/" + first.word("id"), "ann", R"({"title":"Other"})");
  Reply ids = house.post("/conversations", "ann", body, key);
  CHECK(ids.word("id") == first.word("id"));
  CHECK(ids.word("position") == first.word("position"));
  CHECK(ids.json.member("title").kind() == JsonValue::Kind::missing);
  CHECK(house.post("/conversations", "ann", R"({"type":"group"})", key).code() == "idempotency_key_reused");
}

}  // namespace
}  // namespace hansard::api

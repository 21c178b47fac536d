#include <string>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

using Contents = std::vector<std::string>;

// A read of a message whose author has no profile, as answers and frames show it.
std::string without_sender(std::string text) {
  const std::string sender = R"(,"sender":null)";
  const auto at = text.find(sender);
  REQUIRE(at != std::string::npos);
  return text.erase(at, sender.size());
}

TEST_CASE("a sent message is answered as it is read") {
  House house;
  std::string id = house.group("ann", {"bob"});
  Reply sent =
      house.post("/conversations/" + id + "/messages", "ann",
                 R"({"content":"hi bob","metadata":{"n":1.5},"mentions":[{"user_id":"bob","offset":3,"length":3}]})");
  CHECK(sent.status == 201);
  Reply read = house.get("/messages/" + sent.word("id"), "bob");
  CHECK(without_sender(read.text) == sent.text);
  CHECK(read.header("ETag") == sent.header("ETag"));
  CHECK(house.post("/messages", "bob", R"({"content":"x","conversation_id":")" + id + "\"}").number("ordinal") == 2);
}

TEST_CASE("a repeated send answers the message as first written") {
  House house;
  std::string path = "/conversations/" + house.group("ann", {"bob"}) + "/messages";
  Headers key = {{"idempotency-key", "k"}};
  Reply first = house.post(path, "ann", R"({"content":"x"})", key);
  house.post(path, "bob", R"({"content":"re","reply_to":")" + first.word("id") + "\"}");
  Reply again = house.post(path, "ann", R"({"content":"x"})", key);
  CHECK(again.status == 201);
  CHECK(again.text == first.text);
  CHECK(again.header("Idempotency-Replayed") == "true");
  house.ask("PUT", "/messages/" + first.word("id"), "ann", R"({"content":"y"})");
  Reply ids = house.post(path, "ann", R"({"content":"x"})", key);
  CHECK(ids.status == 201);
  CHECK(ids.word("id") == first.word("id"));
  CHECK(ids.word("position") == first.word("position"));
  CHECK(ids.json.member("content").kind() == JsonValue::Kind::missing);
  CHECK(house.post(path, "ann", R"({"content":"z"})", key).status == 422);
}

TEST_CASE("who left is answered no content by a repeat") {
  House house;
  std::string id = house.group("ann", {"bob"});
  Headers key = {{"idempotency-key", "k"}};
  house.post("/conversations/" + id + "/messages", "bob", R"({"content":"x"})", key);
  house.ask("DELETE", "/conversations/" + id + "/members/bob", "bob");
  Reply again = house.post("/conversations/" + id + "/messages", "bob", R"({"content":"x"})", key);
  CHECK(again.json.member("content").kind() == JsonValue::Kind::missing);
}

TEST_CASE("who was added again is answered no content that history hides from him") {
  House house;
  const std::string id = house.group("ann", {"bob"}, R"({"history":"from_join"})");
  const std::string path = "/messages/" + house.send(id, "ann", "for those who were there") + "/reactions";
  const Headers key = {{"idempotency-key", "k"}};
  CHECK(house.post(path, "bob", R"({"emoji":"+"})", key).word("content") == "for those who were there");
  house.ask("DELETE", "/conversations/" + id + "/members/bob", "ann");
  house.post("/conversations/" + id + "/members", "ann", R"({"user_id":"bob"})");
  const Reply again = house.post(path, "bob", R"({"emoji":"+"})", key);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(again.json.member("content").kind() == JsonValue::Kind::missing);
}

TEST_CASE("a client-made id names one message") {
  House house;
  std::string path = "/conversations/" + house.group("ann", {"bob"}) + "/messages";
  std::string body = R"({"content":"x","id":"0190a0b0-0000-7000-8000-000000000002"})";
  Reply first = house.post(path, "ann", body);
  Reply again = house.post(path, "ann", body);
  CHECK(again.status == 201);
  CHECK(again.text == first.text);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(house.post(path, "bob", body).code() == "id_taken");
}

TEST_CASE("an edit is answered with what it left, on condition of the version") {
  House house;
  std::string path = "/messages/" + house.send(house.group("ann", {"bob"}), "ann", "one");
  Headers if_first = {{"if-match", house.get(path, "ann").header("ETag")}};
  Reply edited = house.ask("PATCH", path, "ann", R"({"content":"two"})", if_first);
  CHECK(edited.status == 200);
  CHECK(edited.word("content") == "two");
  CHECK_FALSE(edited.word("edited_at").empty());
  CHECK(edited.text == without_sender(house.get(path, "bob").text));
  CHECK(house.ask("PUT", path, "ann", R"({"content":"late"})", if_first).code() == "version_conflict");
  CHECK(house.ask("PUT", path, "bob", R"({"content":"mine"})").status == 403);
  CHECK(house.ask("PUT", path, "ann", R"({"content":"two"})").json.member("changed").boolean() == false);
}

TEST_CASE("a deleted message leaves its tombstone") {
  House house;
  std::string path = "/messages/" + house.send(house.group("ann", {"bob"}), "ann", "one");
  Reply deleted = house.ask("DELETE", path, "ann");
  CHECK(deleted.status == 200);
  CHECK(deleted.json.member("content").kind() == JsonValue::Kind::null);
  CHECK_FALSE(deleted.word("deleted_at").empty());
  CHECK(without_sender(house.get(path, "bob").text) == deleted.text);
  CHECK(house.ask("DELETE", path, "ann").json.member("changed").boolean() == false);
  CHECK(house.ask("PUT", path, "ann", R"({"content":"x"})").code() == "message_deleted");
}

TEST_CASE("the delete window of a member ends") {
  House house;
  std::string path = "/messages/" + house.send(house.group("ann", {"bob"}), "bob", "one");
  house.clock().advance(std::chrono::seconds(301));
  CHECK(house.ask("DELETE", path, "bob").code() == "delete_window_passed");
  CHECK(house.ask("DELETE", path, "ann").status == 200);
}

TEST_CASE("versions are for auditors, and for members where the settings say so") {
  House house;
  std::string hidden = "/messages/" + house.send(house.group("ann", {"bob"}), "ann", "one");
  CHECK(house.get(hidden + "/history", "bob").status == 403);
  std::string shown = "/messages/" + house.send(house.group("ann", {"bob"}, R"({"edit_history":true})"), "ann", "one");
  house.ask("PUT", shown, "ann", R"({"content":"two"})");
  CHECK(house.get(shown + "/history", "bob").contents() == Contents{"one", "two"});
  house.ask("DELETE", shown, "ann");
  CHECK(house.get(shown + "/history", "bob").contents() == Contents{"(none)", "(none)", "(none)"});
  CHECK(house.get(shown + "/history", "auditor audit").contents() == Contents{"one", "two", "(none)"});
}

TEST_CASE("the versions of a message are a list of pages") {
  House house;
  std::string id = house.send(house.group("ann", {"bob"}, R"({"edit_history":true})"), "ann", "0");
  for (int i = 1; i < 7; ++i) {
    house.ask("PATCH", "/messages/" + id, "ann", "{\"content\":\"" + std::to_string(i) + "\"}");
  }
  std::vector<std::string> all;
  std::string path = "/messages/" + id + "/history?limit=3", cursor;
  int pages = 0;
  do {
    Reply page = house.get(path + (cursor.empty() ? "" : "&cursor=" + cursor), "bob");
    REQUIRE(page.status == 200);
    for (auto& content : page.contents()) all.push_back(content);
    cursor = page.word("next");
    ++pages;
  } while (!cursor.empty());
  CHECK(all == Contents{"0", "1", "2", "3", "4", "5", "6"});
  CHECK(pages == 3);
  CHECK(house.get(path + "&cursor=none", "bob").status == 400);
  CHECK(house.get("/messages/" + id + "/history?limit=0", "bob").status == 400);
  // The last page of a deleted message shows as little as the first.
  cursor = house.get(path, "bob").word("next");
  house.ask("DELETE", "/messages/" + id, "ann");
  CHECK(house.get(path + "&cursor=" + cursor, "bob").contents() == Contents{"(none)", "(none)", "(none)"});
  CHECK(house.get(path + "&cursor=" + cursor, "auditor audit").contents() == Contents{"3", "4", "5"});
  std::string other = house.send(house.group("ann", {}, R"({"edit_history":true})"), "ann", "x");
  CHECK(house.get("/messages/" + other + "/history?cursor=" + cursor, "ann").status == 400);
}

TEST_CASE("metadata keeps its numbers as they were written") {
  House house;
  std::string path = "/conversations/" + house.group("ann", {}) + "/messages";
  std::string metadata = R"({"big":123456789012345678901234567890,"price":1.10,"n":-0,"e":2E+2,"s":"\u0041"})";
  Reply sent = house.post(path, "ann", R"({"content":"x", "metadata" : )" + metadata + "}");
  REQUIRE(sent.status == 201);
  CHECK_THAT(sent.text, Catch::Contains("\"metadata\":" + metadata));
  CHECK_THAT(house.get("/messages/" + sent.word("id"), "ann").text, Catch::Contains("\"metadata\":" + metadata));
  CHECK(house.post(path, "ann", R"({"content":"x","metadata":{"n":1e400}})").status == 400);
  CHECK(house.post(path, "ann", R"({"content":123456789012345678901234567890})").status == 400);
}

TEST_CASE("history goes both ways from an ordinal or a message") {
  House house;
  std::string id = house.group("ann", {"bob"});
  Contents ids;
  for (int i = 1; i <= 7; ++i) ids.push_back(house.send(id, "ann", std::to_string(i)));
  auto page = [&](const std::string& query) {
    return house.get("/conversations/" + id + "/messages?" + query, "bob").contents();
  };
  CHECK(page("limit=3") == Contents{"7", "6", "5"});
  CHECK(house.get("/conversations/" + id + "/messages?as_of=3", "bob").code() == "forbidden");
  CHECK(page("limit=3&before=5") == Contents{"4", "3", "2"});
  CHECK(page("limit=2&before=" + ids[3]) == Contents{"3", "2"});
  CHECK(page("limit=2&after=0") == Contents{"1", "2"});
  CHECK(page("limit=9&after=" + ids[4]) == Contents{"6", "7"});
  CHECK(page("limit=5&around=4") == Contents{"6", "5", "4", "3", "2"});
  CHECK(page("limit=1&around=4") == Contents{"4"});
  CHECK(page("limit=4&around=" + ids[6]) == Contents{"7", "6", "5"});
  CHECK(page("before=0").empty());
  CHECK(page("before=1").empty());
  CHECK(page("after=7").empty());
  for (const char* bad : {"before=1&after=1", "before=x", "limit=0", "cursor=zzz"}) {
    CHECK(house.get("/conversations/" + id + "/messages?" + bad, "bob").status == 400);
  }
}

TEST_CASE("a walk through history skips nothing while it grows") {
  House house;
  std::string id = house.group("ann", {"bob"});
  for (int i = 1; i <= 8; ++i) house.send(id, "ann", std::to_string(i));
  for (const std::string start : {"limit=3", "limit=3&after=0", "limit=3&around=8"}) {
    Contents seen;
    std::string query = start;
    for (int pages = 0; pages < 10; ++pages) {
      Reply page = house.get("/conversations/" + id + "/messages?" + query, "bob");
      for (const auto& content : page.contents()) seen.push_back(content);
      if (page.word("next").empty()) break;
      query = "limit=3&cursor=" + page.word("next");
      if (pages == 0 && start == "limit=3") house.send(id, "ann", "later");
    }
    INFO(start);
    CHECK(seen.size() >= 8);
    CHECK(seen.back() == (start == "limit=3&after=0" ? "later" : "1"));
  }
  std::string other = house.group("ann", {"bob"});
  std::string cursor = house.get("/conversations/" + id + "/messages?limit=1", "bob").word("next");
  CHECK(house.get("/conversations/" + other + "/messages?cursor=" + cursor, "bob").status == 400);
}

TEST_CASE("a thread shows the replies to one message") {
  House house;
  std::string id = house.group("ann", {"bob"});
  std::string root = house.send(id, "ann", "root");
  house.send(id, "ann", "aside");
  std::string reply = R"({"content":"re","reply_to":")" + root + "\"}";
  house.post("/conversations/" + id + "/messages", "bob", reply);
  CHECK(house.get("/conversations/" + id + "/messages?thread=" + root, "ann").contents() == Contents{"re"});
  CHECK(house.get("/messages/" + root, "ann").number("thread_count") == 1);
}

TEST_CASE("a page around a message outside the thread goes on towards its older replies") {
  House house;
  const std::string id = house.group("ann", {"bob"});
  const std::string root = house.send(id, "ann", "root");
  for (const std::string content : {"one", "two"}) {
    const std::string reply = R"({"content":")" + content + R"(","reply_to":")" + root + "\"}";
    house.post("/conversations/" + id + "/messages", "bob", reply);
  }
  const std::string aside = house.send(id, "ann", "aside");
  const std::string list = "/conversations/" + id + "/messages?limit=1";
  const Reply around = house.get(list + "&thread=" + root + "&around=" + aside, "ann");
  CHECK(around.contents() == Contents{"two"});
  CHECK(house.get(list + "&cursor=" + around.word("next"), "ann").contents() == Contents{"one"});
}

TEST_CASE("a cursor goes on with its own thread, which may be said again, and with no other") {
  House house;
  const std::string id = house.group("ann", {"bob"});
  const std::string root = house.send(id, "ann", "root"), other = house.send(id, "ann", "other");
  const std::string reply = R"({"content":"re","reply_to":")" + root + "\"}";
  for (int i = 0; i < 2; ++i) house.post("/conversations/" + id + "/messages", "bob", reply);
  const std::string list = "/conversations/" + id + "/messages?limit=1";
  const std::string in_thread = "&cursor=" + house.get(list + "&thread=" + root, "ann").word("next");
  const std::string in_all = "&cursor=" + house.get(list, "ann").word("next");
  CHECK(house.get(list + in_thread, "ann").contents() == Contents{"re"});
  CHECK(house.get(list + in_thread + "&thread=" + root, "ann").contents() == Contents{"re"});
  CHECK(house.get(list + in_thread + "&thread=" + other, "ann").status == 400);
  CHECK(house.get(list + in_all + "&thread=" + root, "ann").status == 400);
}

TEST_CASE("a cursor goes on with its own window, which may be said again, and with no other") {
  House house;
  const std::string id = house.group("ann", {"bob"});
  for (int i = 1; i <= 9; ++i) house.send(id, "ann", std::to_string(i));
  const std::string list = "/conversations/" + id + "/messages?limit=2";
  const auto cursor = [&](const std::string& window) {
    return "&cursor=" + house.get(list + window, "bob").word("next");
  };
  const std::string newest = cursor(""), before = cursor("&before=6"), after = cursor("&after=2"),
                    around = cursor("&around=5");
  CHECK(house.get(list + before + "&before=6", "bob").contents() == Contents{"3", "2"});
  CHECK(house.get(list + after + "&after=2", "bob").contents() == Contents{"5", "6"});
  CHECK(house.get(list + around + "&around=5", "bob").contents() == Contents{"3", "2"});
  for (const auto& own : {before, after, around}) CHECK(house.get(list + own, "bob").items().size() == 2);
  for (const std::string& other :
       {newest + "&after=0", newest + "&before=3", newest + "&around=3", newest + "&before=0", after + "&after=5",
        after + "&before=9", after + "&around=5", before + "&after=2"}) {
    INFO(other);
    CHECK(house.get(list + other, "bob").status == 400);
  }
}

TEST_CASE("from_join hides what came before") {
  House house;
  std::string id = house.group("ann", {}, R"({"history":"from_join"})");
  std::string early = house.send(id, "ann", "early");
  house.post("/conversations/" + id + "/members", "ann", R"({"user_id":"bob"})");
  house.send(id, "ann", "late");
  CHECK(house.get("/conversations/" + id + "/messages", "bob").contents() == Contents{"late", "ann added bob"});
  CHECK(house.get("/conversations/" + id + "/messages?around=1", "bob").contents() ==
        Contents{"late", "ann added bob"});
  CHECK(house.get("/messages/" + early, "bob").status == 404);
  CHECK(house.get("/conversations/" + id + "/messages?before=" + early, "bob").status == 404);
  CHECK(house.get("/messages/" + early + "/receipts", "bob").status == 404);
}

}  // namespace
}  // namespace hansard::api

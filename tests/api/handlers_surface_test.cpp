// Reactions, forwards, profiles, blocks, scheduled messages and notices through the router.
#include <string>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

const std::string kThumb = "\U0001F44D\U0001F3FD";
const std::string kThumbInPath = "%F0%9F%91%8D%F0%9F%8F%BD";
constexpr const char* kService = "bot service";

std::string emoji(const std::string& text) { return "{\"emoji\":\"" + text + "\"}"; }

// "emoji*count" of each, with "!" where the reader is among them.
std::string reactions(const JsonValue& message) {
  std::string all;
  for (JsonValue reaction : message.member("reactions").items()) {
    all += std::string(*reaction.member("emoji").string()) + "*" + std::to_string(*reaction.member("count").integer()) +
           (*reaction.member("me").boolean() ? "! " : " ");
  }
  return all;
}

struct Room {
  House house;
  std::string id = house.group("ann", {"bob"});
  std::string message = house.send(id, "ann", "hello");
  std::string path = "/messages/" + message;

  Reply history(const std::string& who) { return house.get("/conversations/" + id + "/messages", who); }
};

TEST_CASE("a reaction is answered with the message as the caller sees it") {
  Room room;
  const auto before = room.house.get(room.path, "bob");
  const Reply added = room.house.post(room.path + "/reactions", "bob", emoji(kThumb));
  CHECK(added.status == 200);
  CHECK(reactions(added.json) == kThumb + "*1! ");
  CHECK(added.word("position") > before.word("position"));
  CHECK(added.number("version") == before.number("version"));
  CHECK(reactions(room.house.get(room.path, "ann").json) == kThumb + "*1 ");
  room.house.post(room.path + "/reactions", "ann", emoji(kThumb));
  CHECK(reactions(room.history("ann").items().at(0)) == kThumb + "*2! ");
  const Reply taken = room.house.ask("DELETE", room.path + "/reactions/" + kThumbInPath, "bob");
  CHECK(taken.status == 200);
  CHECK(reactions(taken.json) == kThumb + "*1 ");
}

TEST_CASE("a repeated reaction changes nothing, and a repeated request is answered again") {
  Room room;
  const Headers key = {{"idempotency-key", "k"}};
  const Reply first = room.house.post(room.path + "/reactions", "bob", emoji("+"), key);
  const Reply again = room.house.post(room.path + "/reactions", "bob", emoji("+"), key);
  CHECK(again.status == 200);
  CHECK(again.text == first.text);
  CHECK(again.header("Idempotency-Replayed") == "true");
  const Reply twice = room.house.post(room.path + "/reactions", "bob", emoji("+"));
  CHECK(twice.json.member("changed").boolean() == false);
  CHECK(reactions(twice.json) == "+*1! ");
}

TEST_CASE("reactions leave the ETag alone and go with the message") {
  Room room;
  const std::string etag = room.house.get(room.path, "ann").header("ETag");
  room.house.post(room.path + "/reactions", "bob", emoji("+"));
  CHECK(room.house.get(room.path, "ann").header("ETag") == etag);
  CHECK(room.house.ask("PUT", room.path, "ann", R"({"content":"x"})", {{"if-match", etag}}).status == 200);
  CHECK(reactions(room.house.get(room.path, "ann").json) == "+*1 ");
  room.house.ask("DELETE", room.path, "ann");
  CHECK(reactions(room.house.get(room.path, "ann").json).empty());
  CHECK(room.house.post(room.path + "/reactions", "bob", emoji("+")).code() == "message_deleted");
}

TEST_CASE("strangers react to nothing, and what is no emoji is none") {
  Room room;
  CHECK(room.house.post(room.path + "/reactions", "eve", emoji("+")).status == 404);
  CHECK(room.house.ask("DELETE", room.path + "/reactions/+", "eve").status == 404);
  CHECK(room.house.post(room.path + "/reactions", "bob", emoji("a b")).status == 422);
  CHECK(room.house.post(room.path + "/reactions", "bob", "{}").status == 400);
  CHECK(room.house.ask("DELETE", room.path + "/reactions/a%20b", "bob").status == 422);
  CHECK(room.house.ask("DELETE", room.path + "/reactions/%FF", "bob").status == 400);
}

TEST_CASE("a forward is a message of its own that says where it comes from") {
  Room room;
  const std::string other = room.house.group("bob", {"cy"});
  const Reply sent = room.house.post(room.path + "/forward", "bob", "{\"conversation_id\":\"" + other + "\"}");
  CHECK(sent.status == 201);
  CHECK(sent.word("content") == "hello");
  CHECK(sent.word("sender_id") == "bob");
  const auto from = sent.json.member("forwarded_from");
  CHECK(from.member("message_id").string() == room.message);
  CHECK(from.member("conversation_id").string() == room.id);
  CHECK(from.member("sender_id").string() == "ann");
  const Reply third = room.house.post("/messages/" + sent.word("id") + "/forward", "cy",
                                      "{\"conversation_id\":\"" + room.house.group("cy", {"dee"}) + "\"}");
  CHECK(third.json.member("forwarded_from").member("message_id").string() == room.message);
  CHECK(room.house.get("/messages/" + third.word("id"), "dee")
            .json.member("forwarded_from")
            .member("sender_id")
            .string() == "ann");
}

TEST_CASE("a forward repeats by its key and by its own id") {
  Room room;
  const std::string where = "{\"conversation_id\":\"" + room.house.group("bob", {"cy"}) + "\"";
  const Headers key = {{"idempotency-key", "k"}};
  const Reply first = room.house.post(room.path + "/forward", "bob", where + "}", key);
  const Reply again = room.house.post(room.path + "/forward", "bob", where + "}", key);
  CHECK(again.status == 201);
  CHECK(again.text == first.text);
  const std::string own = where + R"(,"id":"0190a0b0-0000-7000-8000-000000000009"})";
  const Reply mine = room.house.post(room.path + "/forward", "bob", own);
  CHECK(mine.word("id") == "0190a0b0-0000-7000-8000-000000000009");
  CHECK(room.house.post(room.path + "/forward", "bob", own).text == mine.text);
  CHECK(room.house.post(room.path + "/forward", "eve", own).status == 404);
}

TEST_CASE("a profile is put by a service, read by everybody, and shown in reads of messages") {
  Room room;
  CHECK(room.house.get("/users/ann", "bob").status == 404);
  CHECK(room.house.get(room.path, "bob").json.member("sender").kind() == JsonValue::Kind::null);
  CHECK(room.house.ask("PUT", "/users/ann", "ann", R"({"display_name":"Ann"})").status == 403);
  const std::string body = R"({"display_name":"Ann","avatar":"ann.png","metadata":{"a":1}})";
  const Reply put = room.house.ask("PUT", "/users/ann", kService, body);
  CHECK(put.status == 200);
  CHECK(put.word("display_name") == "Ann");
  CHECK_FALSE(put.word("position").empty());
  const Reply got = room.house.get("/users/ann", "eve");
  CHECK(got.word("id") == "ann");
  CHECK(got.word("avatar") == "ann.png");
  CHECK(got.json.member("metadata").minified() == R"({"a":1})");
  const std::string sender = R"({"display_name":"Ann","avatar":"ann.png"})";
  CHECK(room.house.get(room.path, "bob").json.member("sender").minified() == sender);
  CHECK(room.history("bob").items().at(0).member("sender").minified() == sender);
  const Reply shown = room.house.get("/conversations/" + room.id, "bob");
  CHECK(shown.json.member("last_message").member("sender").minified() == sender);
  const Reply list = room.house.get("/conversations", "bob");
  CHECK(list.items().at(0).member("last_message").member("sender").minified() == sender);
}

TEST_CASE("putting the same profile again changes nothing, another replaces it whole") {
  House house;
  house.ask("PUT", "/users/ann", kService, R"({"display_name":"Ann","avatar":"a"})");
  const Reply same = house.ask("PUT", "/users/ann", kService, R"({"display_name":"Ann","avatar":"a"})");
  CHECK(same.json.member("changed").boolean() == false);
  CHECK(same.word("display_name") == "Ann");
  house.ask("PUT", "/users/ann", kService, R"({"display_name":"Anne"})");
  CHECK(house.get("/users/ann", "ann").json.member("avatar").kind() == JsonValue::Kind::null);
}

TEST_CASE("who is blocked neither opens the conversation of the two nor writes into it") {
  House house;
  const std::string direct = R"({"type":"direct","members":["ann"]})";
  const Reply blocked = house.ask("PUT", "/users/bob/block", "ann");
  CHECK(blocked.status == 200);
  CHECK(blocked.json.member("blocked").boolean() == true);
  CHECK(blocked.word("user_id") == "bob");
  CHECK(house.ask("PUT", "/users/bob/block", "ann").json.member("changed").boolean() == false);
  const Reply refused = house.post("/conversations", "bob", direct);
  CHECK(refused.status == 422);
  CHECK(refused.code() == "blocked");
  const std::string id = house.post("/conversations", "ann", R"({"type":"direct","members":["bob"]})").word("id");
  CHECK(house.post("/conversations/" + id + "/messages", "bob", R"({"content":"x"})").code() == "blocked");
  CHECK(house.send(id, "ann", "y").size() == 36);
  CHECK(house.ask("DELETE", "/users/bob/block", "ann").json.member("blocked").boolean() == false);
  CHECK(house.send(id, "bob", "x").size() == 36);
  CHECK(house.ask("PUT", "/users/ann/block", "ann").status == 422);
}

struct Later {
  House house;
  std::string id = house.group("ann", {"bob"});
  std::string path = "/conversations/" + id + "/messages";

  Reply schedule(const std::string& content, std::int64_t in_s, const std::string& more = "", Headers headers = {}) {
    std::string when;
    append_json_time(when, base::Timestamp{house.clock().now().ms + in_s * 1'000});
    return house.post(path, "ann", "{\"content\":\"" + content + "\",\"send_at\":" + when + more + "}",
                      std::move(headers));
  }
};

TEST_CASE("a scheduled message is its author's alone until its time comes") {
  Later later;
  const Reply waiting = later.schedule("later", 60);
  CHECK(waiting.status == 201);
  CHECK(waiting.json.member("scheduled").boolean() == true);
  CHECK(waiting.word("content") == "later");
  CHECK(waiting.word("conversation_id") == later.id);
  CHECK_FALSE(waiting.word("send_at").empty());
  const std::string path = "/messages/" + waiting.word("id");
  CHECK(later.house.get(path, "ann").word("content") == "later");
  CHECK(later.house.get(path, "bob").status == 404);
  CHECK(later.house.get(later.path, "ann").items().empty());
  CHECK(later.house.get("/messages/scheduled", "bob").items().empty());
  CHECK(later.house.ask("DELETE", path, "bob").status == 404);
  const Reply cancelled = later.house.ask("DELETE", path, "ann");
  CHECK(cancelled.status == 200);
  CHECK(cancelled.word("id") == waiting.word("id"));
  CHECK(later.house.get(path, "ann").status == 404);
  CHECK(later.house.get("/messages/scheduled", "ann").items().empty());
}

TEST_CASE("what waits is listed by its time, in pages") {
  Later later;
  for (int i : {3, 1, 2}) later.schedule(std::to_string(i), 60 * i);
  CHECK(later.house.get("/messages/scheduled", "ann").contents() == std::vector<std::string>{"1", "2", "3"});
  const Reply first = later.house.get("/messages/scheduled?limit=2", "ann");
  CHECK(first.contents() == std::vector<std::string>{"1", "2"});
  const Reply rest = later.house.get("/messages/scheduled?limit=2&cursor=" + first.word("next"), "ann");
  CHECK(rest.contents() == std::vector<std::string>{"3"});
  CHECK(rest.json.member("next").kind() == JsonValue::Kind::null);
  CHECK(later.house.get("/messages/scheduled?cursor=x", "ann").status == 400);
}

TEST_CASE("scheduling is repeated by its key and by its own id, and refused for the past") {
  Later later;
  const Headers key = {{"idempotency-key", "k"}};
  const Reply first = later.schedule("x", 60, "", key);
  const Reply again = later.schedule("x", 60, "", key);
  CHECK(again.status == 201);
  CHECK(again.word("id") == first.word("id"));
  CHECK(again.header("Idempotency-Replayed") == "true");
  const std::string own = R"(,"id":"0190a0b0-0000-7000-8000-000000000009")";
  CHECK(later.schedule("y", 60, own).status == 201);
  const Reply repeat = later.schedule("y", 60, own);
  CHECK(repeat.status == 201);
  CHECK(repeat.word("content") == "y");
  CHECK(later.schedule("y", 61, own).code() == "id_taken");
  CHECK(later.schedule("x", -1).status == 422);
}

TEST_CASE("adding, removing and leaving are told in the conversation, and answered as ever") {
  Room room;
  const std::string members = "/conversations/" + room.id + "/members";
  const Headers key = {{"idempotency-key", "k"}};
  const Reply added = room.house.post(members, "ann", R"({"user_id":"cy"})", key);
  CHECK(added.status == 200);
  CHECK(added.json.member("members").items().size() == 1);
  CHECK(room.house.post(members, "ann", R"({"user_id":"cy"})", key).text == added.text);
  const Reply removed = room.house.ask("DELETE", members + "/cy", "ann");
  CHECK(removed.word("user_id") == "cy");
  room.house.ask("DELETE", members + "/bob", "bob");
  const Reply history = room.history("ann");
  CHECK(history.contents() == std::vector<std::string>{"bob left", "ann removed cy", "ann added cy", "hello"});
  const auto notice = history.items().at(0);
  CHECK(notice.member("type").string() == "system");
  CHECK(notice.member("metadata").minified() == R"({"event":"member_left","user_ids":["bob"],"count":1})");
}

TEST_CASE("a quiet service leaves no notice") {
  Room room;
  const std::string members = "/conversations/" + room.id + "/members";
  CHECK(room.house.post(members, kService, R"({"user_id":"cy","quiet":true})").status == 200);
  CHECK(room.house.ask("DELETE", members + "/cy?quiet=true", kService).status == 200);
  CHECK(room.house.ask("DELETE", members + "/bob?quiet=true", "ann").status == 403);
  CHECK(room.house.ask("DELETE", members + "/bob?quiet=x", kService).status == 400);
  CHECK(room.history("ann").contents() == std::vector<std::string>{"hello"});
}

}  // namespace
}  // namespace hansard::api

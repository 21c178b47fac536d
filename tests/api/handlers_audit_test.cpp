// What the scope `audit` reads over HTTP: the audit log, the trace of a message, and that every such read is on record.
#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

using Texts = std::vector<std::string>;

constexpr char kAuditor[] = "vera audit";

std::string word_of(const JsonValue& object, std::string_view member) {
  return std::string(object.member(member).string().value_or(""));
}

struct Case {
  House house;
  std::string id = house.group("ann", {"bob", "eve"});
  std::string first = house.send(id, "ann", "one");
  std::string second = house.send(id, "bob", "two");

  // The types of what passes, newest first; looked up by somebody else than the one who is watched.
  Texts types(const std::string& filters) { return words(filters, "type"); }
  Texts words(const std::string& filters, std::string_view member) {
    Reply reply = house.get("/audit?limit=200&" + filters, "olga audit");
    REQUIRE(reply.status == 200);
    Texts found;
    for (JsonValue item : reply.items()) found.push_back(word_of(item, member));
    return found;
  }
  // What is on record of vera.
  Texts actions() {
    Reply reply = house.get("/audit?limit=200&type=audit.read&actor=vera", "olga audit");
    Texts found;
    for (JsonValue item : reply.items()) found.push_back(word_of(item.member("facts"), "action"));
    return found;
  }
  std::string position() { return house.get("/conversations/" + id, "ann").header("Hansard-Position"); }
};

TEST_CASE("every read that only the scope audit opens is on record, once and by its name") {
  Case it;
  Headers file{{"content-length", "3"}, {"content-type", "text/plain"}};
  std::string upload = it.house.post("/files", "ann", "abc", file).word("id");
  std::string at = "?as_of=" + it.position();
  std::string of_bob = at + "&user_id=bob";
  const std::pair<std::string, std::string> reads[] = {
      {"/audit", "audit.query"},
      {"/messages/" + it.first + "/trace", "trace.read"},
      {"/messages/" + it.first + "/history", "versions.read"},
      {"/files/" + upload, "file.read"},
      {"/conversations/" + it.id + at, "conversation.as_of"},
      {"/conversations/" + it.id + "/members" + at, "members.as_of"},
      {"/conversations/" + it.id + "/messages" + at, "history.as_of"},
      {"/messages/" + it.first + at, "message.as_of"},
      {"/messages/" + it.first + "/receipts" + at, "receipts.as_of"},
      {"/unread" + of_bob, "unread.as_of"},
      {"/messages/unread/count" + of_bob, "unread.as_of"},
      {"/conversations/" + it.id + "/unread/explain" + of_bob, "explain.as_of"},
  };
  Texts expected;
  for (const auto& [path, action] : reads) {
    INFO(path);
    CHECK(it.house.get(path, kAuditor).status == 200);
    expected.insert(expected.begin(), action);
    CHECK(it.actions() == expected);
  }
}

TEST_CASE("what a member may read anyway is not on record, nor is what was refused") {
  Case it;
  it.house.post("/conversations/" + it.id + "/members", "ann", R"({"user_id":"vera"})");
  for (const std::string& path :
       {"/conversations/" + it.id, "/conversations/" + it.id + "/messages", "/messages/" + it.first,
        std::string("/unread"), "/messages/" + it.first + "/receipts"}) {
    CHECK(it.house.get(path, kAuditor).status == 200);
  }
  CHECK(it.house.get("/audit", "ann").status == 403);
  CHECK(it.house.get("/audit?type=nothing", kAuditor).status == 400);
  CHECK(it.house.get("/messages/" + it.id + "/trace", kAuditor).status == 404);
  CHECK(it.house.get("/conversations/" + it.first + "?as_of=now", kAuditor).status == 400);
  CHECK(it.actions().empty());
}

TEST_CASE("filters of the audit log all hold, in any combination") {
  Case it;
  it.house.ask("PATCH", "/messages/" + it.first, "ann", R"({"content":"uno"})");
  CHECK(it.types("message_id=" + it.first) == Texts{"message.edited", "message.sent"});
  CHECK(it.types("message_id=" + it.first + "&type=message.sent") == Texts{"message.sent"});
  CHECK(it.types("actor=bob&conversation_id=" + it.id) == Texts{"message.sent"});
  CHECK(it.types("actor=eve").empty());
  CHECK(it.types("type=message.sent&to=" + it.words("message_id=" + it.first, "position").back()) ==
        Texts{"message.sent"});
  CHECK(it.types("type=message.sent&from_time=2100-01-01T00:00:00Z").empty());
  CHECK(it.types("type=message.sent&to_time=1999-01-01T00:00:00Z").empty());
}

TEST_CASE("a cursor of the audit log belongs to its filters, and pages join without hole or repeat") {
  Case it;
  for (int i = 0; i < 7; ++i) it.house.send(it.id, "ann", "more");
  Texts whole = it.words("type=message.sent", "position"), paged;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    Reply page = it.house.get("/audit?type=message.sent&limit=2&cursor=" + cursor, kAuditor);
    if (cursor.empty()) page = it.house.get("/audit?type=message.sent&limit=2", kAuditor);
    for (JsonValue item : page.items()) paged.push_back(word_of(item, "position"));
    cursor = page.word("next");
    if (cursor.empty()) break;
    CHECK(it.house.get("/audit?type=message.edited&cursor=" + cursor, kAuditor).status == 400);
    it.house.send(it.id, "bob", "meanwhile");
  }
  CHECK(paged == whole);
}

TEST_CASE("what an auditor asks wrongly he is told") {
  Case it;
  for (const char* query :
       {"limit=0", "limit=201", "limit=x", "cursor=", "cursor=x", "type=", "type=unknown",
        "actor=", "conversation_id=1", "message_id=", "from=-1", "to=abc", "from_time=yesterday", "to_time="}) {
    INFO(query);
    CHECK(it.house.get(std::string("/audit?") + query, kAuditor).status == 400);
  }
  for (const char* path : {"/search/messages?q=a&as_of=1", "/conversations?as_of=1", "/audit?as_of=1"}) {
    INFO(path);
    CHECK(it.house.get(path, kAuditor).code() == "not_supported");
  }
}

TEST_CASE("the trace of a message names who got it, also who has left since, and when he acknowledged and read it") {
  Case it;
  std::string base = "/conversations/" + it.id;
  it.house.post(base + "/delivered", "eve", R"({"up_to":2})");
  std::string read = it.house.post(base + "/read", "eve", R"({"up_to":1})").word("position");
  it.house.post(base + "/read", "eve", R"({"up_to":2})");
  it.house.ask("DELETE", base + "/members/eve", "eve");
  it.house.post(base + "/members", "ann", R"({"user_id":"fay"})");
  Reply trace = it.house.get("/messages/" + it.first + "/trace", kAuditor);
  REQUIRE(trace.status == 200);
  CHECK(trace.json.member("accepted").member("position").string() ==
        trace.json.member("stored").member("position").string());
  auto recipients = trace.json.member("recipients").member("items").items();
  REQUIRE(recipients.size() == 2);
  CHECK(word_of(recipients[0], "user_id") == "bob");
  CHECK(word_of(recipients[1], "user_id") == "eve");
  CHECK(recipients[0].member("is_member").boolean() == true);
  CHECK(recipients[1].member("is_member").boolean() == false);
  CHECK_FALSE(word_of(recipients[1].member("delivered"), "position").empty());
  CHECK(word_of(recipients[1].member("read"), "position") == read);
  CHECK(it.house.get("/messages/" + it.first + "/trace?cursor=x", kAuditor).status == 400);
}

TEST_CASE("the trace of a message begins with its sending, however often it was changed") {
  Case it;
  const std::string path = "/messages/" + it.first;
  const auto accepted = [&] {
    const Reply trace = it.house.get(path + "/trace", kAuditor);
    REQUIRE(trace.status == 200);
    return word_of(trace.json.member("accepted"), "position");
  };
  const std::string sent = accepted();
  for (const char* text : {"once", "twice"}) {
    it.house.ask("PATCH", path, "ann", "{\"content\":\"" + std::string(text) + "\"}");
    CHECK(accepted() == sent);
  }
  it.house.ask("DELETE", path, "ann");
  CHECK(accepted() == sent);
}

}  // namespace
}  // namespace hansard::api

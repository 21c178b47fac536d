// as_of= over HTTP's handlers: who may ask, for when, and what is answered.
#include <catch2/catch.hpp>

#include "engine/base/clock.h"
#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

using Catch::Contains;
using Contents = std::vector<std::string>;

constexpr char kAuditor[] = "vera audit";

// A group of ann and bob in which the first message was edited, and the second is gone.
struct Story {
  House house;
  std::string id = house.group("ann", {"bob"});
  std::string first, second;
  std::string created, sent, edited, removed;  // positions

  Story() {
    created = position();
    first = house.send(id, "ann", "one");
    second = house.send(id, "ann", "two");
    sent = position();
    edited = house.ask("PATCH", "/messages/" + first, "ann", R"({"content":"uno"})").word("position");
    house.post("/conversations/" + id + "/read", "bob", R"({"up_to":1})");
    house.ask("DELETE", "/messages/" + second, "ann");
    removed = house.ask("DELETE", "/conversations/" + id + "/members/bob", "bob").word("position");
  }
  std::string position() { return house.get("/conversations/" + id, "ann").header("Hansard-Position"); }
  Reply history(const std::string& as_of, const std::string& who = kAuditor) {
    return house.get("/conversations/" + id + "/messages?as_of=" + as_of, who);
  }
};

TEST_CASE("an auditor reads a conversation as it stood, without being a member") {
  Story story;
  CHECK(story.history(story.created).contents().empty());
  CHECK(story.history(story.sent).contents() == Contents{"two", "one"});
  CHECK(story.history(story.edited).contents() == Contents{"two", "uno"});
  Reply then = story.history(story.sent);
  CHECK(then.header("Hansard-Position") == story.sent);
  CHECK(then.json.member("as_of").member("position").string() == story.sent);
  CHECK(then.json.member("as_of").member("time").string());
  Reply details = story.house.get("/conversations/" + story.id + "?as_of=" + story.sent, kAuditor);
  CHECK(details.number("member_count") == 2);
  CHECK(details.number("last_ordinal") == 2);
  CHECK_THAT(details.text, Contains("\"role\":null"));
  CHECK(story.house.get("/conversations/" + story.id + "?as_of=" + story.removed, kAuditor).number("member_count") ==
        1);
}

TEST_CASE("members and single messages are those of then") {
  Story story;
  auto members = [&](const std::string& as_of) {
    return story.house.get("/conversations/" + story.id + "/members?as_of=" + as_of, kAuditor).items().size();
  };
  CHECK(members(story.sent) == 2);
  CHECK(members(story.removed) == 1);
  auto content = [&](const std::string& as_of) {
    return story.house.get("/messages/" + story.first + "?as_of=" + as_of, kAuditor).word("content");
  };
  CHECK(content(story.sent) == "one");
  CHECK(content(story.edited) == "uno");
  CHECK(story.house.get("/messages/" + story.first + "?as_of=" + story.created, kAuditor).status == 404);
}

TEST_CASE("unread, explain and receipts of then are of the user who is named") {
  Story story;
  std::string of_bob = "user_id=bob&as_of=" + story.edited;
  CHECK(story.house.get("/unread?" + of_bob, kAuditor).number("total") == 2);
  CHECK(story.house.get("/conversations/" + story.id + "/unread/explain?" + of_bob, kAuditor).number("unread") == 2);
  CHECK(story.house.get("/unread?as_of=" + story.edited, kAuditor).status == 400);
  CHECK(story.house.get("/unread?user_id=bob&as_of=" + story.removed, kAuditor).number("total") == 0);
  CHECK(story.house.get("/conversations/" + story.id + "/unread/explain?user_id=bob&as_of=" + story.removed, kAuditor)
            .status == 404);
  Reply receipts = story.house.get("/messages/" + story.first + "/receipts?as_of=" + story.edited, kAuditor);
  REQUIRE(receipts.items().size() == 1);
  CHECK(receipts.items()[0].member("status").string() == "sent");
  Reply details = story.house.get("/conversations/" + story.id + "?" + of_bob, kAuditor);
  CHECK(details.word("role") == "member");
  CHECK(details.number("unread") == 2);
}

TEST_CASE("as_of is for the audit scope") {
  Story story;
  CHECK(story.history(story.sent, "ann").code() == "forbidden");
  CHECK(story.history(story.sent, "ann admin service").code() == "forbidden");
  // Elsewhere it would be the present passing for the past.
  CHECK(story.house.get("/conversations?as_of=" + story.sent, kAuditor).code() == "not_supported");
  // Without it an auditor is a stranger like any other.
  CHECK(story.house.get("/conversations/" + story.id, kAuditor).status == 404);
}

TEST_CASE("as_of is a position or a time the log has reached") {
  Story story;
  CHECK(story.history("yesterday").status == 400);
  CHECK(story.history("0099999999999999").code() == "gap");
  CHECK(story.history("0010000000999999").code() == "as_of_in_future");
  CHECK(story.history("2001-01-01T00:00:00Z").status == 404);
  CHECK(story.history("0").status == 404);
  std::string plain = std::to_string(std::stoull(story.sent.substr(3)));
  CHECK(story.history(plain).code() == "malformed");  // of which epoch?
  CHECK(story.history(story.sent).contents() == Contents{"two", "one"});
  story.house.clock().advance(std::chrono::hours(1));
  std::string now = base::time_text(story.house.clock().now());
  CHECK(story.history(now).header("Hansard-Position") > story.removed);  // the read before is an event, too
  std::string later = base::time_text({story.house.clock().now().ms + 60'000});
  CHECK(story.history(later).code() == "as_of_in_future");
}

TEST_CASE("a clock that was set back makes no future of what the log has seen") {
  Story story;
  const std::string last(story.history(story.removed).json.member("as_of").member("time").string().value());
  story.house.clock().advance(-std::chrono::hours(1));
  CHECK(story.history(last).status == 200);
  const std::string later = base::time_text({base::parse_time(last)->ms + 60'000});
  CHECK(story.history(later).code() == "as_of_in_future");
}

TEST_CASE("pages of the past are windows like those of the present") {
  Story story;
  std::string path = "/conversations/" + story.id + "/messages?as_of=" + story.sent;
  Reply page = story.house.get(path + "&limit=1", kAuditor);
  CHECK(page.contents() == Contents{"two"});
  CHECK(story.house.get(path + "&limit=1&cursor=" + page.word("next"), kAuditor).contents() == Contents{"one"});
  CHECK(story.house.get(path + "&after=0", kAuditor).contents() == Contents{"one", "two"});
  CHECK(story.house.get(path + "&around=1&limit=3", kAuditor).contents() == Contents{"two", "one"});
  CHECK(story.house.get(path + "&before=" + story.second, kAuditor).contents() == Contents{"one"});
  CHECK(story.house.get(path + "&thread=" + story.first, kAuditor).contents().empty());
}

}  // namespace
}  // namespace hansard::api

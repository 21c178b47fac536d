#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/api/handlers_fixture.h"

namespace hansard::api {
namespace {

using namespace std::chrono_literals;
using base::UserId;

std::vector<std::string> users_of(const Reply& page) {
  std::vector<std::string> users;
  for (auto item : page.items()) users.emplace_back(item.member("user_id").string().value());
  return users;
}

using Names = std::vector<std::string>;

TEST_CASE("presence is shown to people who share a small conversation, and to oneself") {
  House house;
  house.limits().presence_members_max = 3;
  house.group("ann", {"bob"});
  house.group("ann", {"bob", "carol", "dave"});
  auto bob = house.presence().open(UserId{"bob"}, PresenceStatus::away);
  Reply seen = house.get("/users/bob/presence", "ann");
  CHECK(seen.status == 200);
  CHECK(seen.word("user_id") == "bob");
  CHECK(seen.word("status") == "away");
  CHECK(seen.word("last_seen") == base::time_text(house.clock().now()));
  CHECK(house.get("/users/bob/presence", "bob").word("status") == "away");
  CHECK(house.get("/users/ann/presence", "bob").word("status") == "offline");

  Reply stranger = house.get("/users/bob/presence", "carol");
  CHECK(stranger.status == 404);
  CHECK(stranger.text.size() == house.get("/users/nobody/presence", "carol").text.size());
  CHECK(house.get("/users/bob/presence", "").status == 401);
}

TEST_CASE("who was never here has no last_seen") {
  House house;
  house.group("ann", {"bob"});
  Reply seen = house.get("/users/bob/presence", "ann");
  CHECK(seen.word("status") == "offline");
  CHECK(seen.json.member("last_seen").kind() == JsonValue::Kind::null);
}

TEST_CASE("who left a conversation sees nobody of it, and nobody of it sees him") {
  House house;
  auto id = house.group("ann", {"bob"});
  auto ann = house.presence().open(UserId{"ann"}, PresenceStatus::online);
  auto bob = house.presence().open(UserId{"bob"}, PresenceStatus::online);
  CHECK(users_of(house.get("/users/online", "bob")) == Names{"ann"});
  CHECK(house.ask("DELETE", "/conversations/" + id + "/members/bob", "bob").status == 200);
  CHECK(house.get("/users/ann/presence", "bob").status == 404);
  CHECK(house.get("/users/bob/presence", "ann").status == 404);
  CHECK(users_of(house.get("/users/online", "bob")).empty());
  CHECK(users_of(house.get("/users/online", "ann")).empty());
}

TEST_CASE("the list of who is online holds contacts only, each once, in pages") {
  House house;
  house.group("ann", {"u1", "u2", "u3"});
  house.group("ann", {"u2", "u3", "u4", "u5"});
  std::vector<PresenceBoard::Lease> leases;
  for (const char* user : {"ann", "u1", "u2", "u4", "u5", "stranger"})
    leases.push_back(house.presence().open(UserId{user}, PresenceStatus::online));
  leases.push_back(house.presence().open(UserId{"u3"}, PresenceStatus::offline));

  CHECK(users_of(house.get("/users/online", "ann")) == Names{"u1", "u2", "u4", "u5"});
  Reply first = house.get("/users/online?limit=3", "ann");
  CHECK(users_of(first) == Names{"u1", "u2", "u4"});
  Reply second = house.get("/users/online?limit=3&cursor=" + first.word("next"), "ann");
  CHECK(users_of(second) == Names{"u5"});
  CHECK(second.json.member("next").kind() == JsonValue::Kind::null);
  CHECK(house.get("/users/online?limit=4", "ann").json.member("next").kind() == JsonValue::Kind::null);
  CHECK(house.get("/users/online?cursor=nonsense", "ann").status == 400);
  CHECK(house.get("/users/online?limit=0", "ann").status == 400);
}

TEST_CASE("who was left out of the list, and stayed after all, is told of") {
  House house;
  house.group("ann", {"bob"});
  auto bob = house.presence().open(UserId{"bob"}, PresenceStatus::online);
  house.clock().advance(6s);
  CHECK(house.presence().tick(10).size() == 1);
  bob = {};
  CHECK(users_of(house.get("/users/online", "ann")).empty());
  bob = house.presence().open(UserId{"bob"}, PresenceStatus::online);
  house.clock().advance(6s);
  auto told = house.presence().tick(10);
  REQUIRE(told.size() == 1);
  CHECK(told[0].status == PresenceStatus::online);
}

TEST_CASE("who may not post may not be seen typing") {
  House house;
  auto id = house.group("ann", {"bob", "reader"});
  auto type = [&](const std::string& who) {
    return house.post("/conversations/" + id + "/typing", who, R"({"is_typing":true})");
  };
  CHECK(type("bob").status == 200);
  CHECK(type("stranger").status == 404);
  CHECK(house.ask("PATCH", "/conversations/" + id + "/members/reader", "ann", R"({"role":"read_only"})").status == 200);
  CHECK(type("reader").status == 403);
  CHECK(type("reader").code() == "read_only");
  CHECK(house.ask("PATCH", "/conversations/" + id, "ann", R"({"settings":{"who_may_post":"admins"}})").status == 200);
  CHECK(type("bob").code() == "read_only");
  CHECK(type("ann").status == 200);
  const Reply pair = house.post("/conversations", "ann", R"({"type":"direct","members":["bob"]})");
  const std::string direct = "/conversations/" + pair.word("id");
  CHECK(house.ask("PATCH", direct, "backend service", R"({"settings":{"who_may_post":"admins"}})").status == 200);
  for (const char* who : {"ann", "bob"}) {
    CHECK(house.post(direct + "/typing", who, R"({"is_typing":true})").code() == "read_only");
  }
  CHECK(house.ask("DELETE", "/conversations/" + id, "ann").status == 200);
  CHECK(type("ann").status == 409);
  CHECK(type("ann").code() == "conversation_closed");
}

}  // namespace
}  // namespace hansard::api

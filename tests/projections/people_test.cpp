// Profiles, blocks, last-seen and who shares a conversation with whom, through a snapshot.
#include <set>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/projections/draw.h"
#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

struct People {
  LogBuilder log;
  FoldedView view;
  ChatSnapshot now() {
    view.follow(log.events(), 100);
    return view.snapshot();
  }
  void put_profile(const std::string& user, std::optional<domain::ProfileContent> content) {
    log.append(domain::ProfileUpdated{{user}, std::move(content)}, user);
  }
};

TEST_CASE("a profile is the last one put") {
  People people;
  people.put_profile("ann", domain::ProfileContent{"Ann", "avatar-1", R"({"a":1})"});
  people.put_profile("bob", domain::ProfileContent{"Bob", "", ""});
  people.put_profile("ann", domain::ProfileContent{"Anne", "avatar-2", ""});
  auto now = people.now();
  CHECK(now.profile({"ann"}) == ProfileView{"Anne", "avatar-2", "", time_of({3})});
  CHECK(now.profile({"bob"}) == ProfileView{"Bob", "", "", time_of({2})});
  CHECK_FALSE(now.profile({"cid"}));
}

TEST_CASE("a profile whose content was erased is none, and equals one that never was but for its events") {
  People people;
  people.put_profile("ann", domain::ProfileContent{"Ann", "", ""});
  people.put_profile("ann", std::nullopt);
  CHECK_FALSE(people.now().profile({"ann"}));
  People erased;
  erased.put_profile("ann", std::nullopt);
  erased.put_profile("ann", std::nullopt);
  CHECK_FALSE(erased.now().profile({"ann"}));
  CHECK(people.view.checkpoint().digest == erased.view.checkpoint().digest);
}

TEST_CASE("a block has a direction and an end") {
  People people;
  people.log.append(domain::UserBlocked{{"ann"}, {"bob"}}, "ann");
  people.log.append(domain::UserBlocked{{"ann"}, {"bo"}}, "ann");
  CHECK(people.now().blocks({"ann"}, {"bob"}));
  CHECK_FALSE(people.now().blocks({"bob"}, {"ann"}));
  people.log.append(domain::UserUnblocked{{"ann"}, {"bob"}}, "ann");
  CHECK_FALSE(people.now().blocks({"ann"}, {"bob"}));
  CHECK(people.now().blocks({"ann"}, {"bo"}));
}

TEST_CASE("two user ids of full length fit a block") {
  People people;
  std::string longest(128, 'u');
  people.log.append(domain::UserBlocked{{longest}, {longest}}, longest);
  CHECK(people.now().blocks({longest}, {longest}));
}

TEST_CASE("last seen is what was said last") {
  People people;
  CHECK_FALSE(people.now().last_seen({"ann"}));
  people.log.append(domain::UserSeen{{"ann"}, {5'000}}, "");
  people.log.append(domain::UserSeen{{"ann"}, {9'000}}, "");
  CHECK(people.now().last_seen({"ann"}) == base::Timestamp{9'000});
}

TEST_CASE("what is said of users survives a crash and a rebuild") {
  People people;
  people.put_profile("ann", domain::ProfileContent{"Ann", "", ""});
  people.log.append(domain::UserSeen{{"ann"}, {5'000}}, "");
  people.log.append(domain::UserBlocked{{"ann"}, {"bob"}}, "ann");
  auto digest = (people.now(), people.view.checkpoint().digest);
  people.view.crash();
  people.view.follow(people.log.events(), 1);
  CHECK(people.view.checkpoint().digest == digest);
  CHECK(people.view.recomputed() == digest);
}

TEST_CASE("contacts are those in small conversations now, each once, in pages") {
  People people;
  auto small = people.log.create({"ann", "bob", "cid"});
  people.log.create({"ann", "bob"});
  people.log.create({"ann", "x1", "x2", "x3", "x4"});
  people.log.create({"bob", "di"});
  auto now = people.now();
  auto names = [](const std::vector<base::UserId>& users) {
    std::vector<std::string> all;
    for (const auto& user : users) all.push_back(user.value);
    return all;
  };
  CHECK(names(now.contacts({"ann"}, 3, {}, 10)) == std::vector<std::string>{"bob", "cid"});
  CHECK(names(now.contacts({"ann"}, 5, {}, 10)) == std::vector<std::string>{"bob", "cid", "x1", "x2", "x3", "x4"});
  CHECK(names(now.contacts({"ann"}, 5, {}, 2)) == std::vector<std::string>{"bob", "cid"});
  CHECK(names(now.contacts({"ann"}, 5, {"cid"}, 2)) == std::vector<std::string>{"x1", "x2"});
  CHECK(now.contacts({"zed"}, 5, {}, 2).empty());
  CHECK(now.share_conversation({"ann"}, {"cid"}, 3));
  CHECK(now.share_conversation({"cid"}, {"ann"}, 3));
  CHECK_FALSE(now.share_conversation({"ann"}, {"x1"}, 4));
  CHECK_FALSE(now.share_conversation({"ann"}, {"di"}, 100));
  people.log.leave(small, "cid");
  CHECK_FALSE(people.now().share_conversation({"ann"}, {"cid"}, 3));
  CHECK(names(people.now().contacts({"ann"}, 3, {}, 10)) == std::vector<std::string>{"bob"});
}

TEST_CASE("contacts and shared conversations agree with brute force") {
  rc::prop("any conversations, any page", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    People people;
    std::vector<std::set<std::string>> conversations;
    for (std::uint64_t left = 1 + draw(6); left > 0; --left) {
      std::set<std::string> members;
      for (std::uint64_t i = 1 + draw(6); i > 0; --i) members.insert("user-" + std::to_string(draw(12)));
      people.log.create({members.begin(), members.end()});
      conversations.push_back(std::move(members));
    }
    auto now = people.now();
    auto members_max = static_cast<std::uint32_t>(1 + draw(6));
    std::size_t page = 1 + draw(4);
    for (int who = 0; who < 12; ++who) {
      std::string user = "user-" + std::to_string(who);
      std::set<std::string> expected;
      for (const auto& members : conversations) {
        if (members.size() <= members_max && members.contains(user)) expected.insert(members.begin(), members.end());
      }
      expected.erase(user);
      std::vector<base::UserId> found;
      for (;;) {
        auto more = now.contacts({user}, members_max, found.empty() ? base::UserId{} : found.back(), page);
        found.insert(found.end(), more.begin(), more.end());
        if (more.size() < page) break;
      }
      std::set<std::string> unique;
      for (const auto& contact : found) unique.insert(contact.value);
      RC_ASSERT(unique == expected);
      RC_ASSERT(found.size() == expected.size());
      for (int other = 0; other < 12; ++other) {
        std::string name = "user-" + std::to_string(other);
        if (name != user) {
          RC_ASSERT(now.share_conversation({user}, {name}, members_max) == expected.contains(name));
        }
      }
    }
  });
}

}  // namespace
}  // namespace hansard::projections

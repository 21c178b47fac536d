// Which event first took a user's pointers to a message, against a walk over the whole log; and that a page of the
// members of then costs no more than it may.
#include <map>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/projections/draw.h"
#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

using base::ConversationId;
using base::UserId;

// A pointer of one user as the law has it (API.md section 3), and what first took it to each ordinal.
class PointerModel {
 public:
  void rise(std::uint64_t up_to, std::optional<base::Position> by) {
    for (; at_ < up_to; ++at_) first_.push_back(by);
  }
  std::optional<base::Position> first(std::uint64_t ordinal) const {
    return ordinal <= first_.size() ? first_[ordinal - 1] : std::nullopt;
  }

 private:
  std::uint64_t at_ = 0;
  std::vector<std::optional<base::Position>> first_;  // nothing: a join
};

class Room {
 public:
  Room(LogBuilder& log, const Draw& draw) : log_(log), draw_(draw), id_(log.create({"ann", "bob"})) {}

  void step() {
    std::string user = draw_(2) == 0 ? "bob" : "ann";
    switch (draw_(6)) {
      case 0:
        return move_bob();
      case 1:
        return move(user, true);
      case 2:
        return move(user, false);
      case 3:
        if (sent_ > 0 && in_[user]) log_.mark(id_, user, 1 + draw_(sent_));
        return;
      default:
        log_.send(id_, "ann");
        ++sent_;
    }
  }
  void check(const Past& past) const {
    for (const auto& [user, pointers] : pointers_) {
      for (std::uint64_t ordinal = 1; ordinal <= sent_; ++ordinal) {
        FirstReach reach = past.first_reach(id_, {user}, {ordinal});
        same(reach.read, pointers.read.first(ordinal));
        same(reach.delivered, pointers.delivered.first(ordinal));
      }
    }
  }

 private:
  struct Pointers {
    PointerModel read, delivered;
  };

  static void same(const std::optional<Moment>& found, const std::optional<base::Position>& expected) {
    RC_ASSERT(found.has_value() == expected.has_value());
    if (!found) return;
    RC_ASSERT(found->position == *expected);
    RC_ASSERT(found->at == time_of(*expected));
  }
  void move_bob() {
    if (in_["bob"]) {
      log_.leave(id_, "bob");
    } else {
      log_.join(id_, {"bob"});
      pointers_["bob"].read.rise(sent_, std::nullopt);
    }
    in_["bob"] = !in_["bob"];
  }
  void move(const std::string& user, bool is_read) {
    if (sent_ == 0 || !in_[user]) return;
    std::uint64_t up_to = 1 + draw_(sent_);
    is_read ? log_.read(id_, user, up_to) : log_.deliver(id_, user, up_to);
    (is_read ? pointers_[user].read : pointers_[user].delivered).rise(up_to, log_.end());
  }

  LogBuilder& log_;
  const Draw& draw_;
  ConversationId id_;
  std::uint64_t sent_ = 0;
  std::map<std::string, bool> in_{{"ann", true}, {"bob", true}};
  std::map<std::string, Pointers> pointers_{{"ann", {}}, {"bob", {}}};
};

TEST_CASE("the first event that took a pointer to a message is found, also of who left, and a join is none") {
  LogBuilder log;
  FoldedView view;
  rc::prop("first_reach agrees with a walk over the log, in one conversation after another", [&] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    Room room(log, draw);
    for (std::uint64_t i = 0, steps = 1 + draw(120); i < steps; ++i) room.step();
    view.follow(log.events(), 1 + draw(50));
    room.check(*view.snapshot().past(log.end()));
  });
}

TEST_CASE("a page of the members of then steps over a bounded number of those who left, and goes on") {
  LogBuilder log;
  std::vector<std::string> passers_by;
  for (std::size_t i = 0; i < Past::kMembersSteppedMax / 2 + 50; ++i) passers_by.push_back("m" + std::to_string(i));
  auto id = log.create({"ann", "zoe"});
  log.join(id, passers_by);
  for (const auto& user : passers_by) log.leave(id, user);
  FoldedView view;
  view.follow(log.events(), 2'000);
  auto past = view.snapshot().past(log.end());
  MembersPage first = past->members(id, {}, 50);
  CHECK(first.items.size() == 1);
  REQUIRE_FALSE(first.next.value.empty());
  MembersPage rest = past->members(id, first.next, 50);
  CHECK(rest.items.size() == 1);
  CHECK(rest.items.front().user == UserId{"zoe"});
  CHECK(rest.next.value.empty());
}

}  // namespace
}  // namespace hansard::projections

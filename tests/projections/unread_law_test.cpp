// The unread view against brute force, over random histories.
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/projections/unread_model.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

void check_user(const ChatSnapshot& snapshot, const UnreadModel::Conversation& in, const std::string& user) {
  std::vector<std::uint64_t> expected = UnreadModel::unread(in, user);
  UnreadCount count = snapshot.unread(in.id, {user});
  RC_ASSERT(count.unread == expected.size());
  RC_ASSERT(count.mentions == UnreadModel::mentions(in, user));
  Explain all = snapshot.explain(in.id, {user}, 100'000);
  std::vector<std::uint64_t> ordinals;
  for (Ordinal ordinal : all.ordinals) ordinals.push_back(ordinal.value);
  RC_ASSERT(ordinals == expected);
  RC_ASSERT(!all.truncated);
  Explain some = snapshot.explain(in.id, {user}, 3);
  RC_ASSERT(some.ordinals.size() == std::min<std::size_t>(3, expected.size()));
  RC_ASSERT(some.truncated == (expected.size() > 3));
}

void check_all(const FoldedView& view, const UnreadModel& model) {
  ChatSnapshot snapshot = view.snapshot();
  for (const auto& in : model.conversations()) {
    for (const auto& user : UnreadModel::users()) check_user(snapshot, in, user);
  }
}

TEST_CASE("unread, mentions and explain agree with brute force after every step") {
  rc::prop("whatever the caches, the batches and the crashes", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    auto steps = *rc::gen::inRange(1, 60);
    FoldedView view(*rc::gen::element<std::size_t>(0, 16, 100'000), *rc::gen::element<std::size_t>(0, 5, 10'000));
    UnreadModel model;
    for (int i = 0; i < steps; ++i) {
      model.step(draw);
      if (draw(12) == 0) view.flush();
      if (draw(12) == 0) view.crash();
      view.follow(model.log().events(), 1 + draw(draw(2) == 0 ? 3 : 700));
      check_all(view, model);
    }
    RC_ASSERT(view.recomputed() == view.checkpoint().digest);
  });
}

TEST_CASE("a view that crashed and one rebuilt in one batch have the same digest") {
  rc::prop("live == rebuilt == recomputed", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    auto steps = *rc::gen::inRange(1, 200);
    UnreadModel model;
    FoldedView live;
    for (int i = 0; i < steps; ++i) {
      model.step(draw);
      if (draw(20) == 0) live.follow(model.log().events(), 1 + draw(50));
      if (draw(40) == 0) live.flush();
      if (draw(40) == 0) live.crash();
    }
    live.follow(model.log().events(), 11);
    FoldedView rebuilt(0, 0);
    rebuilt.follow(model.log().events(), 1'000'000);
    RC_ASSERT(live.checkpoint().digest == rebuilt.checkpoint().digest);
    RC_ASSERT(live.recomputed() == live.checkpoint().digest);
    RC_ASSERT(rebuilt.recomputed() == rebuilt.checkpoint().digest);
  });
}

}  // namespace
}  // namespace hansard::projections

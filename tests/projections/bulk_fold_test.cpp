// A bulk fold is a fold: whatever the batches, the rows, their digest and every checkpoint are the same.
#include "projections/bulk_fold.h"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "projections/live_view.h"
#include "tests/projections/random_history.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

using Events = std::vector<engine::EventPtr>;

void fold_in_bulk(FoldedView& view, const ViewKind& kind, const Events& log, const std::function<std::size_t()>& size) {
  BulkFold bulk(kind, view.store(), 1);
  for (std::size_t at = view.position(); at < log.size();) {
    const std::size_t count = std::min(size(), log.size() - at);
    auto folded = bulk.fold(std::span(log).subspan(at, count));
    if (!folded) throw std::runtime_error(folded.error().detail);
    at += count;
  }
}

RandomHistory history_of(int steps, const Draw& draw) {
  RandomHistory history;
  for (int i = 0; i < steps; ++i) history.step(draw);
  return history;
}

TEST_CASE("a bulk fold in batches of any size is the fold, of every kind of view") {
  rc::prop("bulk == live == recomputed", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    const RandomHistory history = history_of(*rc::gen::inRange(1, 400), draw);
    const Events& log = history.log().events();
    for (const ViewKind* kind : view_kinds()) {
      FoldedView live(0, 100, {1u << 20, 1u << 20}, *kind), bulk(0, 100, {1u << 20, 1u << 20}, *kind);
      live.follow(log, 50);
      bulk.follow({log.begin(), log.begin() + static_cast<std::ptrdiff_t>(draw(log.size()))}, 7);
      fold_in_bulk(bulk, *kind, log, [&] { return 1 + draw(40); });
      RC_ASSERT(bulk.checkpoint() == live.checkpoint());
      RC_ASSERT(bulk.recomputed() == live.checkpoint().digest);
    }
  });
}

TEST_CASE("batches that are written as files lead to the same rows, and a fold goes on from there") {
  const auto draw = drawer(7);
  const RandomHistory history = history_of(3 * kFileEventsMin, draw);
  const Events& log = history.log().events();
  FoldedView live, bulk;
  live.follow(log, 1'000);
  bulk.follow({log.begin(), log.begin() + 100}, 100);
  fold_in_bulk(bulk, chat_kind(), {log.begin(), log.end() - 50}, [] { return kFileEventsMin; });
  bulk.follow(log, 20);
  CHECK(bulk.checkpoint() == live.checkpoint());
  CHECK(bulk.recomputed() == live.checkpoint().digest);
}

TEST_CASE("an event that cannot follow stops a bulk fold right before it, also behind a batch that is being written") {
  const auto draw = drawer(11);
  const RandomHistory history = history_of(500, draw);
  Events log = history.log().events();
  FoldedView live, bulk;
  live.follow({log.begin(), log.begin() + 300}, 300);
  log.erase(log.begin() + 300);
  BulkFold fold(chat_kind(), bulk.store(), 1);
  REQUIRE(fold.fold(std::span(log).first(250)));
  auto stopped = fold.fold(std::span(log).subspan(250));
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == base::ErrorCode::corrupt);
  fold.settle();
  CHECK(bulk.checkpoint() == live.checkpoint());
  CHECK(bulk.recomputed() == live.checkpoint().digest);
}

}  // namespace
}  // namespace hansard::projections

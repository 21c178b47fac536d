#include "api/lag_history.h"

#include <catch2/catch.hpp>

using namespace hansard::api;
using hansard::base::Position;

TEST_CASE("what the views had when an event was told is never said to be more than it was") {
  LagHistory history;
  CHECK(history.applied_when({7}) == Position{7});
  history.note({100}, {90});
  history.note({101}, {100});  // so soon after: the place before stands for it
  history.note({1'000}, {200});
  CHECK(history.applied_when({100}) == Position{100});  // told before that place
  CHECK(history.applied_when({101}) == Position{90});
  CHECK(history.applied_when({1'000}) == Position{90});
  CHECK(history.applied_when({1'001}) == Position{200});
  CHECK(history.applied_when({900'000}) == Position{200});
}

TEST_CASE("a view that keeps up is said to have what was told") {
  LagHistory history;
  history.note({100}, {300});
  CHECK(history.applied_when({200}) == Position{200});
}

TEST_CASE("the oldest places are forgotten") {
  LagHistory history;
  for (std::uint64_t i = 0; i <= LagHistory::kPlacesMax; ++i) history.note({i * LagHistory::kEveryEvents}, {i});
  CHECK(history.applied_when({LagHistory::kEveryEvents}) == Position{LagHistory::kEveryEvents});
  CHECK(history.applied_when({LagHistory::kEveryEvents + 1}) == Position{1});
}

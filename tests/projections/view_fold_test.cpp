#include "projections/view_fold.h"

#include <catch2/catch.hpp>

#include "tests/projections/log_builder.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {

TEST_CASE("a fold that is told to stop commits nothing, and goes on from where it was") {
  LogBuilder log;
  auto id = log.create({"ann", "bob"});
  for (int i = 0; i < 1'000; ++i) log.send(id, "ann");
  FoldedView view;
  view.follow({log.events().begin(), log.events().begin() + 10}, 10);
  const Checkpoint before = view.checkpoint();

  int breaths = 0;
  view.set_breath([&] { return ++breaths < 3; });
  auto stopped = view.fold(std::span(log.events()).subspan(10));
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == base::ErrorCode::shutting_down);
  CHECK(breaths == 3);
  CHECK(view.position() == before.position.value);
  CHECK(view.checkpoint().digest == before.digest);

  view.set_breath({});
  view.follow(log.events(), 300);
  CHECK(view.position() == log.events().size());
  CHECK(view.recomputed() == view.checkpoint().digest);
}

}  // namespace hansard::projections

#include "projections/search/rebuild_orders.h"

#include <catch2/catch.hpp>

using namespace hansard;
using namespace hansard::search;
using projections::RebuildState;

namespace {
struct Box {
  int rings = 0;
  RebuildOrders orders{[this] { ++rings; }};

  void builds(RebuildState state) {
    REQUIRE(orders.rebuild({}));
    REQUIRE(orders.take().build);
    projections::RebuildStatus status;
    status.state = state;
    orders.note(status);
  }
};
}  // namespace

TEST_CASE("one rebuild at a time is ordered, taken once, and rings") {
  Box box;
  CHECK(box.orders.may_rebuild());
  CHECK(box.orders.rebuild({}));
  CHECK(box.rings == 1);
  CHECK_FALSE(box.orders.rebuild({}));
  CHECK_FALSE(box.orders.may_rebuild());
  CHECK(box.orders.take().build);
  CHECK_FALSE(box.orders.take().build);
  CHECK_FALSE(box.orders.may_rebuild());  // until it has ended
  box.orders.end(RebuildState::failed, "why");
  CHECK(box.orders.status()->why == "why");
  CHECK(box.orders.may_rebuild());
}

TEST_CASE("a swap is ordered of what waits for it, and of what differs only by force") {
  Box box;
  CHECK_FALSE(box.orders.swap(true));
  box.builds(RebuildState::differs);
  CHECK_FALSE(box.orders.swap(false));
  CHECK(box.orders.swap(true));
  CHECK(box.orders.take().swap == true);
  CHECK(box.orders.status()->state == RebuildState::swapping);
}

TEST_CASE("what waits for a swap is cancelled for a purge, which waits for what is under way") {
  Box box;
  CHECK(box.orders.make_way());
  CHECK_FALSE(box.orders.cancel());
  box.builds(RebuildState::built);
  CHECK_FALSE(box.orders.make_way());
  CHECK(box.orders.take().cancel);
  box.orders.end(RebuildState::cancelled, "");
  CHECK(box.orders.make_way());
  box.builds(RebuildState::building);
  CHECK_FALSE(box.orders.make_way());
  CHECK_FALSE(box.orders.take().cancel);
}

TEST_CASE("a view that has stopped takes no orders to build") {
  Box box;
  box.orders.stop();
  CHECK_FALSE(box.orders.may_rebuild());
  CHECK_FALSE(box.orders.rebuild({}));
  CHECK(box.rings == 0);
}

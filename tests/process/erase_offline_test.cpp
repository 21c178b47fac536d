// A list of erasures applied to a store that was copied, by tools, before it serves again.
#include "projections/process/erase_offline.h"

#include <catch2/catch.hpp>

#include "tests/process/eraser_house.h"

namespace hansard::process {

namespace {
OfflineErasures apply(EraserHouse& house, const std::vector<OfflineErasure>& list,
                      const std::vector<OfflineHold>& holds = {}) {
  house.crash();
  auto report = erase_offline(house.folder.path(), list, holds, [](std::uint64_t) {});
  INFO((report.has_error() ? report.error().detail : ""));
  REQUIRE(report.has_value());
  house.open();
  house.settle();
  return report.value();
}
}  // namespace

TEST_CASE("what was said after an erasure that the copy has is not of it") {
  EraserHouse house;
  const auto group = house.group("ann", {"bob"});
  house.send(group, "bob", "said before he was erased");
  const auto id = *house.erase(base::UserId{"bob"});
  house.finish(id);
  house.send(group, "bob", "said when he came back");
  const OfflineErasures report = apply(house, {{id, base::UserId{"bob"}, ""}});
  CHECK(report.already == 1);
  CHECK(report.complete == 0);
  CHECK(house.files_with("said before he was erased").empty());
  CHECK_FALSE(house.files_with("said when he came back").empty());
  CHECK(house.events<domain::ErasureRequested>().size() == 1);
}

TEST_CASE("an erasure that was under way in the copy is finished, as far as it was asked for") {
  EraserHouse house;
  const auto message = house.send(house.group("ann"), "ann", "said and asked for");
  const auto id = *house.erase(message);
  const OfflineErasures report = apply(house, {{id, message, ""}});
  CHECK(report.already == 0);
  CHECK(report.complete == 1);
  CHECK(house.is_complete(id));
  CHECK(house.files_with("said and asked for").empty());
  CHECK(house.events<domain::ErasureRequested>().size() == 1);
}

TEST_CASE("an erasure that the copy does not know keeps its id, so that the same list does nothing twice") {
  EraserHouse house;
  const auto group = house.group("ann", {"bob"});
  house.send(group, "bob", "said before he was erased");
  base::ErasureId id;
  id.bytes.fill(7);
  const std::vector<OfflineErasure> list{{id, base::UserId{"bob"}, "asked for"}};
  CHECK(apply(house, list).complete == 1);
  CHECK(house.is_complete(id));
  CHECK(house.files_with("said before he was erased").empty());
  house.send(group, "bob", "said when he came back");
  CHECK(apply(house, list).already == 1);
  CHECK_FALSE(house.files_with("said when he came back").empty());
}

TEST_CASE("a hold that came after the copy keeps what an open erasure would take, and nothing of a complete one") {
  EraserHouse house;
  const auto group = house.group("ann", {"bob", "cid"});
  house.send(group, "bob", "evidence in the case");
  house.send(group, "cid", "erased before the hold");
  base::ErasureId open, complete;
  open.bytes.fill(7);
  complete.bytes.fill(8);
  base::HoldId hold;
  hold.bytes.fill(9);
  OfflineErasure done{complete, base::UserId{"cid"}, ""};
  done.is_complete = true;
  const std::vector<OfflineErasure> list{{open, base::UserId{"bob"}, ""}, done};
  const OfflineErasures report = apply(house, list, {{hold, group, "case 7"}});
  CHECK(report.holds_placed == 1);
  CHECK(report.complete == 1);
  CHECK(report.held == 1);
  CHECK_FALSE(house.files_with("evidence in the case").empty());
  CHECK(house.files_with("erased before the hold").empty());
  CHECK_FALSE(house.is_complete(open));
  CHECK(apply(house, list, {{hold, group, "case 7"}}).holds_placed == 0);
  CHECK_FALSE(house.files_with("evidence in the case").empty());
  house.release(hold);
  house.finish(open);
  CHECK(house.files_with("evidence in the case").empty());
}

TEST_CASE("a hold that came after the copy keeps what an erasure of the copy was about to take") {
  EraserHouse house;
  const auto group = house.group("ann", {"bob"});
  house.send(group, "bob", "evidence in the case");
  const auto open = *house.erase(base::UserId{"bob"});
  base::ErasureId complete;
  complete.bytes.fill(8);
  base::HoldId hold;
  hold.bytes.fill(9);
  OfflineErasure done{complete, base::UserId{"cid"}, ""};
  done.is_complete = true;
  const OfflineErasures report =
      apply(house, {done, {open, base::UserId{"bob"}, ""}}, {{hold, base::UserId{"bob"}, "case 7"}});
  CHECK(report.complete == 1);
  CHECK(report.held == 1);
  CHECK_FALSE(house.files_with("evidence in the case").empty());
}

TEST_CASE("a hold of the copy that was released since is in nobody's way, and one that was not stops it") {
  EraserHouse house;
  const auto group = house.group("ann", {"bob"});
  house.send(group, "bob", "said before he was erased");
  const auto hold = house.hold(base::UserId{"bob"});
  base::ErasureId id;
  id.bytes.fill(8);
  OfflineErasure done{id, base::UserId{"bob"}, ""};
  done.is_complete = true;
  house.crash();
  const auto refused = erase_offline(house.folder.path(), {done}, {}, [](std::uint64_t) {});
  REQUIRE(refused.has_error());
  CHECK(refused.error().detail.find("--holds") != std::string::npos);
  house.open();
  const OfflineErasures report = apply(house, {done}, {{hold, base::UserId{"bob"}, "", true}});
  CHECK(report.holds_released == 1);
  CHECK(report.held == 0);
  CHECK(house.is_complete(id));
  CHECK(house.files_with("said before he was erased").empty());
}

}  // namespace hansard::process

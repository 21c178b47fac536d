// A log made from stretches of records opens like one that was appended to, and half of one is never a log.
#include "engine/log/bulk_log.h"

#include <catch2/catch.hpp>

#include "engine/log/witness.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {

namespace {
void put_stretch(BulkLog& bulk, std::uint64_t first, std::uint64_t last) {
  auto stretch = bulk.begin({first});
  REQUIRE(stretch.has_value());
  for (std::uint64_t at = first; at <= last; ++at) REQUIRE(stretch.value()->put(record_at({at})).has_value());
  REQUIRE(stretch.value()->end().has_value());
}

std::unique_ptr<BulkLog> begin_log(const std::string& folder) {
  auto bulk = BulkLog::create(folder);
  REQUIRE(bulk.has_value());
  return std::move(bulk).value();
}

BulkIdentity some_identity() {
  BulkIdentity identity;
  identity.cluster.fill(7);
  identity.epoch = 3;
  identity.loss_after = Position{90};
  return identity;
}
}  // namespace

TEST_CASE("stretches written in any order become one log that opens, grows and opens again") {
  TempFolder folder;
  const std::string data = folder / "data";
  auto bulk = begin_log(data);
  put_stretch(*bulk, 41, 90);
  put_stretch(*bulk, 1, 40);
  auto end = bulk->finish(some_identity());
  REQUIRE(end.has_value());
  CHECK(end.value() == Position{90});

  {
    Opened opened = open_log(data);
    CHECK_FALSE(opened.report.created);
    CHECK_FALSE(opened.report.loss_accepted_after.has_value());
    CHECK(opened.log->epoch() == 3);
    CHECK(opened.log->meta("loss.3").value() == "90");
    expect_records(*opened.log, 90);
    append(*opened.log, 10);
  }
  expect_records(*open_log(data).log, 100);
}

TEST_CASE("a log made of nothing is an empty log") {
  TempFolder folder;
  const std::string data = folder / "data";
  REQUIRE(begin_log(data)->finish(some_identity()).value() == Position{});
  Opened opened = open_log(data);
  CHECK(opened.log->durable(base::kPartition) == Position{});
  append(*opened.log, 3);
}

TEST_CASE("a missing stretch is refused and leaves no log") {
  TempFolder folder;
  const std::string data = folder / "data";
  auto bulk = begin_log(data);
  put_stretch(*bulk, 1, 10);
  put_stretch(*bulk, 12, 20);
  auto end = bulk->finish(some_identity());
  REQUIRE(end.has_error());
  CHECK(end.error().detail.find("position 11 is missing") != std::string::npos);
  CHECK_FALSE(fs::exists(data + "/log"));
  CHECK_FALSE(fs::exists(data + "/log.witness"));
}

TEST_CASE("a log made in bulk ends where its witness says, so a cut end is noticed") {
  TempFolder folder;
  const std::string data = folder / "data";
  auto bulk = begin_log(data);
  put_stretch(*bulk, 1, 50);
  REQUIRE(bulk->finish(some_identity()).has_value());
  auto witness = read_witness(data + "/log.witness");
  REQUIRE(witness.has_value());
  CHECK(witness.value().witness.durable == Position{50});
  CHECK(witness.value().witness.epoch == 3);
}

TEST_CASE("the tables of a log made in bulk carry a checksum, so damage in them is refused") {
  TempFolder folder;
  const std::string data = folder / "data";
  auto bulk = begin_log(data);
  put_stretch(*bulk, 1, 500);
  REQUIRE(bulk->finish(some_identity()).has_value());
  const auto tables = files_with_extension(data + "/log", ".sst");
  REQUIRE_FALSE(tables.empty());
  garble(tables.front(), 4'000, 40);
  CHECK(open_error(data).code == base::ErrorCode::refused);
}

TEST_CASE("a folder with a log is refused, and what a crash left of an earlier try is cleared") {
  TempFolder folder;
  const std::string data = folder / "data";
  {
    auto crashed = begin_log(data);
    put_stretch(*crashed, 1, 10);
  }
  auto bulk = begin_log(data);
  put_stretch(*bulk, 1, 5);
  REQUIRE(bulk->finish(some_identity()).value() == Position{5});
  CHECK(BulkLog::create(data).error().code == base::ErrorCode::refused);
}

}  // namespace hansard::log

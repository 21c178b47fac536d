#include <catch2/catch.hpp>

#include "tests/log/log_fixture.h"

namespace hansard::log {

using base::ErrorCode;
using base::kPartition;

TEST_CASE("a new folder holds an empty log with an identity") {
  TempFolder temp;
  auto [log, report] = open_log(temp / "data");
  REQUIRE(report.created);
  REQUIRE_FALSE(report.loss_accepted_after);
  REQUIRE(log->durable(kPartition) == Position{0});
  REQUIRE(log->epoch() == 1);
  REQUIRE(log->meta("format").value() == "1");
  REQUIRE(base::parse_uuid(log->meta("cluster_id").value()));
  REQUIRE(read_all(*log).empty());
}

TEST_CASE("what was appended is read back in order, by scan and by position") {
  TempFolder temp;
  auto log = open_log(temp / "data").log;
  append(*log, 3);
  append(*log, 5);
  REQUIRE(log->durable(kPartition) == Position{8});
  REQUIRE(log->durable_gate(kPartition).reached() == Position{8});
  expect_records(*log, 8);
  REQUIRE(log->get(kPartition, {4}).value() == record_at({4}));
  REQUIRE(log->get(kPartition, {0}).error().code == ErrorCode::not_found);
  REQUIRE(log->get(kPartition, {9}).error().code == ErrorCode::not_found);
}

TEST_CASE("an append at another head than the log's conflicts and changes nothing") {
  TempFolder temp;
  auto log = open_log(temp / "data").log;
  append(*log, 2);
  std::string_view record = "late";
  REQUIRE(log->append(kPartition, {1}, {&record, 1}) == AppendOutcome::conflict);
  REQUIRE(log->append(kPartition, {3}, {&record, 1}) == AppendOutcome::conflict);
  expect_records(*log, 2);
  REQUIRE(log->append(kPartition, {2}, {}) == AppendOutcome::appended);
  REQUIRE(log->durable(kPartition) == Position{2});
}

TEST_CASE("a read stops at its event limit, its byte limit and when the sink says so") {
  TempFolder temp;
  auto log = open_log(temp / "data").log;
  append(*log, 10);
  std::vector<std::uint64_t> seen;
  auto all = [&](Position at, std::string_view) { return seen.push_back(at.value), true; };
  REQUIRE(log->read(kPartition, {3}, {4, 1u << 20}, all).value() == Position{6});
  REQUIRE(seen == std::vector<std::uint64_t>{3, 4, 5, 6});
  REQUIRE(log->read(kPartition, {1}, {10, 250}, all).value() == Position{3});
  auto one = [](Position, std::string_view) { return false; };
  REQUIRE(log->read(kPartition, {7}, {}, one).value() == Position{7});
  REQUIRE(log->read(kPartition, {11}, {}, one).value() == Position{10});
  REQUIRE(log->read(kPartition, {1}, {0, 1}, one).value() == Position{0});
}

TEST_CASE("a closed log opens again with everything in it") {
  TempFolder temp;
  {
    append(*open_log(temp / "data").log, 7);
  }
  std::string cluster;
  {
    auto [log, report] = open_log(temp / "data");
    REQUIRE_FALSE(report.created);
    expect_records(*log, 7);
    append(*log, 3);
    cluster = log->meta("cluster_id").value();
  }
  auto log = open_log(temp / "data").log;
  expect_records(*log, 10);
  REQUIRE(log->meta("cluster_id").value() == cluster);
}

TEST_CASE("small facts are kept, those of the log itself are not for others to write") {
  TempFolder temp;
  {
    auto log = open_log(temp / "data").log;
    REQUIRE(log->meta("schemas").error().code == ErrorCode::not_found);
    REQUIRE(log->put_meta("schemas", "v1").has_value());
    REQUIRE(log->put_meta("epoch", "9").error().code == ErrorCode::refused);
  }
  REQUIRE(open_log(temp / "data").log->meta("schemas").value() == "v1");
}

TEST_CASE("everything in the data folder is private to its owner") {
  TempFolder temp;
  auto log = open_log(temp / "data").log;
  append(*log, 1);
  constexpr auto others = fs::perms::group_all | fs::perms::others_all;
  REQUIRE((fs::status(temp / "data").permissions() & others) == fs::perms::none);
  REQUIRE((fs::status(temp / "data/log").permissions() & others) == fs::perms::none);
  for (const auto& entry : fs::recursive_directory_iterator(temp / "data")) {
    CAPTURE(entry.path().string());
    CHECK((entry.status().permissions() & others) == fs::perms::none);
  }
}

}  // namespace hansard::log

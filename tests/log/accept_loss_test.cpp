// What an accepted loss keeps where the end cannot be read, and what a crash leaves at each of its steps.
#include <algorithm>

#include <catch2/catch.hpp>

#include "engine/log/lost_logs.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {

using base::ErrorCode;

namespace {
// A stopped log of `events`, in one table.
void make_log_of(const std::string& data, std::size_t events) {
  append(*open_log(data).log, events);
  REQUIRE(files_with_extension(data + "/log", ".sst").size() <= 2);  // of events, and of meta
}

std::string events_table(const std::string& data) {
  auto tables = files_with_extension(data + "/log", ".sst");
  return *std::max_element(tables.begin(), tables.end(),
                           [](const auto& a, const auto& b) { return fs::file_size(a) < fs::file_size(b); });
}

// In percent of the table.
void garble_at(const std::string& data, std::size_t percent) {
  const std::string table = events_table(data);
  garble(table, fs::file_size(table) * percent / 100, 4);
}

// What the refusal names.
std::uint64_t offered(const std::string& data) {
  const base::Error error = open_error(data);
  REQUIRE(error.code == ErrorCode::refused);
  const std::string option = "--accept-loss-after ";
  return std::stoull(error.detail.substr(error.detail.find(option) + option.size()));
}

LogOptions accepting(std::uint64_t after) {
  LogOptions options = quiet_options();
  options.accept_loss_after = Position{after};
  return options;
}

void move(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::rename(from, to);
}

// A damaged log, and the same once its loss was accepted.
struct Accepted {
  Accepted() {
    make_log_of(data, 3'000);
    garble_at(data, 60);
    kept = offered(data);
    copy_folder(data, found);
    open_log(data, accepting(kept));
  }
  TempFolder temp;
  const std::string data = temp / "data", found = temp / "found";
  std::uint64_t kept = 0;
};
}  // namespace

TEST_CASE("what stands before an unreadable block is kept, and the damaged log beside it") {
  const Accepted accepted;
  CHECK(accepted.kept > 1'000);
  CHECK(accepted.kept < 2'500);
  const std::string table = read_file(events_table(accepted.found));
  bool is_kept = false;
  for (const auto& path : files_with_extension(accepted.data + "/log.lost-2", ".sst")) {
    is_kept = is_kept || read_file(path) == table;
  }
  CHECK(is_kept);
  CHECK_FALSE(fs::exists(accepted.data + "/log.new"));
  {
    const auto log = open_log(accepted.data).log;
    CHECK(log->epoch() == 2);
    CHECK(log->meta("loss.2").value() == std::to_string(accepted.kept));
    expect_records(*log, accepted.kept);
    append(*log, 3);
  }
  expect_records(*open_log(accepted.data).log, accepted.kept + 3);
}

TEST_CASE("a log goes on with what its engine stored there before the loss") {
  TempFolder temp;
  {
    const auto log = open_log(temp / "data").log;
    append(*log, 3'000);
    REQUIRE(log->put_meta("told", "by the engine").has_value());
  }
  garble_at(temp / "data", 60);
  const auto log = open_log(temp / "data", accepting(offered(temp / "data"))).log;
  CHECK(log->meta("told").value() == "by the engine");
}

TEST_CASE("what is offered to be kept can be read from its beginning") {
  TempFolder temp;
  const std::string data = temp / "data";
  make_log_of(data, 80'000);  // more than the newest that a start reads
  garble_at(data, 5);
  {
    const auto log = open_log(data).log;  // nobody looks there
    CHECK(log->durable(base::kPartition) == Position{80'000});
  }
  garble_at(data, 95);
  const std::uint64_t kept = offered(data);
  CHECK(kept < 5'000);
  expect_records(*open_log(data, accepting(kept)).log, kept);
}

TEST_CASE("a crash before what is kept is whole leaves the damaged log as it was") {
  const Accepted accepted;
  fs::create_directory(accepted.found + "/log.new");
  write_file(accepted.found + "/log.new/000007.sst", "half a table");
  CHECK(offered(accepted.found) == accepted.kept);
  const auto log = open_log(accepted.found, accepting(accepted.kept)).log;
  CHECK(log->epoch() == 2);
  expect_records(*log, accepted.kept);
}

TEST_CASE("a crash after the new epoch was announced costs an epoch, and each has its position") {
  const Accepted accepted;
  move(accepted.data + "/log", accepted.found + "/log.new");
  move(accepted.data + "/log.witness", accepted.found + "/log.witness");
  CHECK(offered(accepted.found) == accepted.kept);
  auto [log, report] = open_log(accepted.found, accepting(accepted.kept));
  CHECK(log->epoch() == 3);
  CHECK(log->meta("loss.2").value() == std::to_string(accepted.kept));
  CHECK(log->meta("loss.3").value() == std::to_string(accepted.kept));
  CHECK(report.loss_accepted_after == Position{accepted.kept});
  expect_records(*log, accepted.kept);
  CHECK_FALSE(fs::exists(accepted.found + "/log.new"));
}

TEST_CASE("a crash before the last rename is made good by the next start") {
  const Accepted accepted;
  move(accepted.data + "/log", accepted.data + "/log.new");
  auto [log, report] = open_log(accepted.data);
  CHECK(log->epoch() == 2);
  CHECK(report.loss_accepted_after == Position{accepted.kept});
  expect_records(*log, accepted.kept);
}

TEST_CASE("a log that was being made takes nobody's place unless its witness says so") {
  const Accepted accepted;
  move(accepted.data + "/log", accepted.found + "/log.new");
  fs::remove_all(accepted.found + "/log");
  CHECK(offered(accepted.found) == 0);
  CHECK(fs::exists(accepted.found + "/log.new"));
}

TEST_CASE("beside a log that opens nothing half made is left") {
  TempFolder temp;
  make_log_of(temp / "data", 10);
  fs::create_directory(temp / "data/log.new");
  write_file(temp / "data/log.new/000007.sst", "words that an erasure would miss");
  open_log(temp / "data");
  CHECK_FALSE(fs::exists(temp / "data/log.new"));
}

TEST_CASE("a loss is told of at every start until something is appended after it") {
  const Accepted accepted;
  for (int start = 0; start < 2; ++start) {
    CHECK(open_log(accepted.data).report.loss_accepted_after == Position{accepted.kept});
  }
  append(*open_log(accepted.data).log, 1);
  CHECK_FALSE(open_log(accepted.data).report.loss_accepted_after);
}

TEST_CASE("a log that is a link is not replaced, and nothing is copied or announced before that is said") {
  TempFolder temp;
  const std::string data = temp / "data";
  make_log_of(data, 3'000);
  garble_at(data, 60);
  const std::uint64_t kept = offered(data);
  fs::rename(data + "/log", temp / "elsewhere");
  fs::create_directory_symlink(temp / "elsewhere", data + "/log");
  const std::string witness = read_file(data + "/log.witness");
  const base::Error refused = open_error(data, accepting(kept));
  CHECK(refused.code == ErrorCode::refused);
  CHECK(refused.detail.find("is a link") != std::string::npos);
  CHECK(offered(data) == kept);
  CHECK_FALSE(fs::exists(data + "/log.new"));
  CHECK(read_file(data + "/log.witness") == witness);
  fs::remove(data + "/log");
  fs::rename(temp / "elsewhere", data + "/log");
  expect_records(*open_log(data, accepting(kept)).log, kept);
}

TEST_CASE("a lost log behind a link is not called gone") {
  TempFolder temp;
  fs::create_directories(temp / "data/log.lost-2");
  fs::create_directory(temp / "elsewhere");
  CHECK(remove_lost(temp / "data").has_value());
  CHECK_FALSE(fs::exists(temp / "data/log.lost-2"));
  fs::create_directory_symlink(temp / "elsewhere", temp / "data/log.lost-3");
  const auto removed = remove_lost(temp / "data");
  REQUIRE(removed.has_error());
  CHECK(removed.error().code == ErrorCode::refused);
  CHECK(fs::exists(temp / "elsewhere"));
  CHECK(fs::is_symlink(temp / "data/log.lost-3"));
}

}  // namespace hansard::log

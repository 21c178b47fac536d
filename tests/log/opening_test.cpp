#include <fstream>

#include <catch2/catch.hpp>

#include "engine/log/identity.h"
#include "engine/log/preflight.h"
#include "engine/log/read_log.h"
#include "engine/log/witness.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {

using base::ErrorCode;
using base::kPartition;

namespace {
void set_format(const std::string& data, std::uint32_t format) {
  auto database = Database::open(LogPaths(data).database, Database::Mode::existing, {}, {}).value();
  Identity identity = read_identity(*database).value();
  identity.format = format;
  REQUIRE(write_identity(*database, identity, std::nullopt).has_value());
}
}  // namespace

TEST_CASE("a data folder in use is refused and nothing is changed") {
  TempFolder temp;
  auto log = open_log(temp / "data").log;
  append(*log, 3);
  const std::string before = folder_digest(temp / "data");
  base::Error error = open_error(temp / "data");
  REQUIRE(error.code == ErrorCode::in_use);
  REQUIRE(error.detail.find("is in use by another process") != std::string::npos);
  REQUIRE(folder_digest(temp / "data") == before);
  append(*log, 1);
  log.reset();
  expect_records(*open_log(temp / "data").log, 4);
}

TEST_CASE("a newer format is refused and nothing is changed") {
  TempFolder temp;
  {
    append(*open_log(temp / "data").log, 3);
  }
  set_format(temp / "data", kFormatVersion + 1);
  const std::string before = folder_digest(temp / "data");
  LogOptions accepting = quiet_options();
  accepting.accept_loss_after = Position{3};
  REQUIRE(open_error(temp / "data").code == ErrorCode::unsupported);
  REQUIRE(open_error(temp / "data", accepting).code == ErrorCode::unsupported);
  REQUIRE(open_rocks_log_read_only(temp / "data").error().code == ErrorCode::unsupported);
  REQUIRE(folder_digest(temp / "data") == before);
}

TEST_CASE("a data folder that is a file, or below one, is an io error") {
  TempFolder temp;
  write_file(temp / "file", "not a folder");
  REQUIRE(open_error(temp / "file").code == ErrorCode::io);
  REQUIRE(open_error(temp / "file/data").code == ErrorCode::io);
}

TEST_CASE("looking at a log writes nothing, whether it is whole or torn") {
  TempFolder temp;
  make_stopped_log(temp / "data");
  for (bool torn : {false, true}) {
    if (torn) cut_file(last_wal(temp / "data"), records_end(last_wal(temp / "data")) - 1);
    const std::string before = folder_digest(temp / "data");
    auto found = inspect(LogPaths(temp / "data"), quiet_options(), {}).value();
    REQUIRE(found.seen.wal == (torn ? WalTail::torn : WalTail::clean));
    REQUIRE(found.end == Position{kEventsInAll - (torn ? 1u : 0u)});
    REQUIRE(folder_digest(temp / "data") == before);
  }
}

TEST_CASE("a restored backup older than its witness, or of another log, is refused") {
  TempFolder temp;
  {
    append(*open_log(temp / "data").log, 3);
  }
  copy_folder(temp / "data/log", temp / "backup");
  {
    append(*open_log(temp / "data").log, 3);
  }
  fs::remove_all(temp / "data/log");
  copy_folder(temp / "backup", temp / "data/log");
  REQUIRE(open_error(temp / "data").detail.find("positions 4 to 6 were durable") != std::string::npos);

  {
    append(*open_log(temp / "other").log, 9);
  }
  fs::remove_all(temp / "data/log");
  copy_folder(temp / "other/log", temp / "data/log");
  REQUIRE(open_error(temp / "data").detail.find("belongs to another log") != std::string::npos);
}

TEST_CASE("a crash while the log is being made leaves a folder that opens") {
  TempFolder temp;
  fs::create_directories(temp / "data/log.new");
  write_file(temp / "data/log.new/MANIFEST-000001", "half");
  REQUIRE(open_log(temp / "data").report.created);
  REQUIRE_FALSE(fs::exists(temp / "data/log.new"));

  fs::remove(temp / "data/log.witness");  // as after a crash between the log and its first witness
  auto [log, report] = open_log(temp / "data");
  REQUIRE_FALSE(report.created);
  append(*log, 1);
}

TEST_CASE("a read-only log reads a stopped folder and a running one, and changes neither") {
  TempFolder temp;
  make_stopped_log(temp / "data");
  const std::string before = folder_digest(temp / "data");
  {
    auto log = open_rocks_log_read_only(temp / "data").value();
    expect_records(*log, kEventsInAll);
    REQUIRE(log->epoch() == 1);
    REQUIRE(log->meta("format").value() == "1");
    REQUIRE(log->put_meta("schemas", "x").error().code == ErrorCode::refused);
  }
  REQUIRE(folder_digest(temp / "data") == before);

  auto writer = open_log(temp / "data").log;
  append(*writer, 5);
  expect_records(*open_rocks_log_read_only(temp / "data").value(), kEventsInAll + 5);
  REQUIRE(open_rocks_log_read_only(temp / "nowhere").has_error());
}

TEST_CASE("beside a server a log ends at what the witness says was durable, without one it is whole") {
  TempFolder temp;
  make_stopped_log(temp / "data");
  {
    auto writer = open_log(temp / "data").log;  // its witness is not written again before it closes
    append(*writer, 5);
    auto beside = open_durable_log(temp / "data", std::chrono::milliseconds(0)).value();
    REQUIRE_FALSE(beside.at_rest);
    expect_records(*beside.log, kEventsInAll);
    REQUIRE(beside.log->get(kPartition, Position{kEventsInAll + 1}).error().code == ErrorCode::not_found);
  }
  auto alone = open_durable_log(temp / "data").value();
  REQUIRE(alone.at_rest);
  expect_records(*alone.log, kEventsInAll + 5);
  REQUIRE(open_durable_log(temp / "nowhere").has_error());
}

TEST_CASE("a log that is opened beside a server waits for the witness to say what it holds") {
  TempFolder temp;
  LogOptions options = quiet_options();
  options.witness_interval_ms = 10;
  auto writer = open_log(temp / "data", options).log;
  append(*writer, 7);
  expect_records(*open_durable_log(temp / "data", std::chrono::milliseconds(60'000)).value().log, 7);
}

TEST_CASE("below the disk's low-water mark there is no reserve") {
  TempFolder temp;
  LogOptions options = quiet_options();
  REQUIRE(open_log(temp / "data", options).log->has_disk_reserve());
  options.disk_reserve_bytes = ~0ull;
  REQUIRE_FALSE(open_log(temp / "data", options).log->has_disk_reserve());
}

}  // namespace hansard::log

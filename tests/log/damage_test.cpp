// Damage to a stopped log: each kind is refused, with nothing changed on disk, or provably harmless. None is silent.
#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

#include "engine/log/open_log.h"
#include "tests/log/damage_fixture.h"
#include "tests/log/faulty_storage.h"

namespace hansard::log {

using base::ErrorCode;

namespace {
// Where the end depends on what of the database survives.
constexpr std::uint64_t kAnyEnd = ~0ull;

struct Damage {
  const char* name;
  std::function<void(const std::string& data)> inflict;
  const char* told;          // what the sentence says
  std::uint64_t intact_end;  // the position it offers to go on from
};

std::string log_of(const std::string& data) { return data + "/log"; }

std::size_t wal_bytes(const std::string& data) { return records_end(last_wal(data)); }
// Every append of the stopped log makes a record of the same size.
std::size_t wal_record(const std::string& data) { return wal_bytes(data) / kInWal; }

std::vector<Damage> damages() {
  constexpr std::uint64_t kFlushed = 2 * kPerTable;
  return {
      {"the log folder deleted", [](auto& d) { fs::remove_all(log_of(d)); }, "is gone", 0},
      {"everything in the log folder deleted",
       [](auto& d) {
         fs::remove_all(log_of(d));
         fs::create_directory(log_of(d));
       },
       "is gone", 0},
      {"the WAL deleted", [](auto& d) { fs::remove(last_wal(d)); }, "end of the event log is missing", kFlushed},
      {"the WAL emptied", [](auto& d) { cut_file(last_wal(d), 0); }, "end of the event log is missing", kFlushed},
      {"the WAL cut at a record boundary", [](auto& d) { cut_file(last_wal(d), wal_record(d) * 10); },
       "end of the event log is missing", kFlushed + 10},
      {"the WAL cut inside a record", [](auto& d) { cut_file(last_wal(d), wal_record(d) * 10 + 50); },
       "end of the event log is missing", kFlushed + 10},
      {"the end of the WAL zeroed",
       [](auto& d) { zero(last_wal(d), wal_record(d) * 20, wal_bytes(d) - wal_record(d) * 20); },
       "end of the event log is missing", kFlushed + 20},
      {"the last record garbled", [](auto& d) { garble(last_wal(d), wal_bytes(d) - 30, 10); },
       "end of the event log is missing", kFlushed + kInWal - 1},
      {"the middle of the WAL garbled", [](auto& d) { garble(last_wal(d), wal_record(d) * 5 + 40, 3); },
       "write-ahead log is damaged", kFlushed + 5},
      {"the first byte of the WAL flipped", [](auto& d) { garble(last_wal(d), 0, 1); }, "write-ahead log is damaged",
       kFlushed},
      {"a length in the WAL garbled", [](auto& d) { garble(last_wal(d), wal_record(d) * 7 + 4, 2); },
       "write-ahead log is damaged", kFlushed + 7},
      {"a stretch of the WAL zeroed", [](auto& d) { zero(last_wal(d), wal_record(d) * 3, wal_record(d) * 4); },
       "write-ahead log is damaged", kFlushed + 3},
      {"a table deleted", [](auto& d) { fs::remove(files_with_extension(log_of(d), ".sst").front()); },
       "cannot be opened", 0},
      {"a table cut", [](auto& d) { cut_file(files_with_extension(log_of(d), ".sst").back(), 100); },
       "cannot be opened", 0},
      {"CURRENT deleted", [](auto& d) { fs::remove(log_of(d) + "/CURRENT"); }, "cannot be opened", 0},
      {"CURRENT garbled", [](auto& d) { garble(log_of(d) + "/CURRENT", 0, 4); }, "cannot be opened", 0},
      {"the MANIFEST deleted", [](auto& d) { fs::remove(files_with_prefix(log_of(d), "MANIFEST").back()); },
       "cannot be opened", 0},
      {"the MANIFEST emptied", [](auto& d) { cut_file(files_with_prefix(log_of(d), "MANIFEST").back(), 0); },
       "cannot be opened", 0},
      {"the beginning of the MANIFEST garbled",
       [](auto& d) { garble(files_with_prefix(log_of(d), "MANIFEST").back(), 8, 16); }, "cannot be opened", 0},
      {"the end of the MANIFEST cut",
       [](auto& d) {
         std::string manifest = files_with_prefix(log_of(d), "MANIFEST").back();
         cut_file(manifest, fs::file_size(manifest) / 2);
       },
       "", kAnyEnd},
      {"the witness deleted", [](auto& d) { fs::remove(d + "/log.witness"); }, "witness is missing", kEventsInAll},
      {"the witness emptied", [](auto& d) { cut_file(d + "/log.witness", 0); }, "witness is missing", kEventsInAll},
  };
}
}  // namespace

TEST_CASE("every damage is refused in a sentence and nothing is changed") {
  TempFolder temp;
  make_stopped_log(temp / "whole");
  for (const Damage& damage : damages()) {
    CAPTURE(damage.name);
    const std::string data = temp / "damaged";
    fs::remove_all(data);
    copy_folder(temp / "whole", data);
    damage.inflict(data);
    const std::string before = folder_digest(data);
    base::Error error = open_error(data);
    CAPTURE(error.detail);
    CHECK(error.code == ErrorCode::refused);
    CHECK(error.detail.find(damage.told) != std::string::npos);
    CHECK(error.detail.find('\n') == std::string::npos);
    CHECK(folder_digest(data) == before);
    if (damage.intact_end == kAnyEnd) continue;
    CHECK(error.detail.find("--accept-loss-after " + std::to_string(damage.intact_end) + " ") != std::string::npos);
  }
}

TEST_CASE("after the exact loss is accepted every damaged log goes on in a new epoch") {
  TempFolder temp;
  make_stopped_log(temp / "whole");
  for (const Damage& damage : damages()) {
    if (damage.intact_end == kAnyEnd) continue;
    CAPTURE(damage.name);
    const std::string data = temp / "damaged";
    fs::remove_all(data);
    copy_folder(temp / "whole", data);
    damage.inflict(data);

    LogOptions options = quiet_options();
    options.accept_loss_after = Position{damage.intact_end + 1};
    const std::string before = folder_digest(data);
    REQUIRE(open_error(data, options).detail.find("another position than that was given") != std::string::npos);
    REQUIRE(folder_digest(data) == before);

    options.accept_loss_after = Position{damage.intact_end};
    {
      auto [log, report] = open_log(data, options);
      REQUIRE(report.loss_accepted_after == Position{damage.intact_end});
      REQUIRE(log->epoch() == 2);
      REQUIRE(log->meta("loss.2").value() == std::to_string(damage.intact_end));
      expect_records(*log, damage.intact_end);
      append(*log, 3);
    }
    auto [log, report] = open_log(data, options);  // the option left in place does nothing to a sound log
    REQUIRE_FALSE(report.loss_accepted_after);
    REQUIRE(log->epoch() == 2);
    expect_records(*log, damage.intact_end + 3);
  }
}

TEST_CASE("a crash while a loss is being accepted does not make the log look sound") {
  TempFolder temp;
  make_stopped_log(temp / "data");
  const std::uint64_t kept = 2 * kPerTable + 5;
  garble(last_wal(temp / "data"), wal_record(temp / "data") * 5 + 40, 3);
  LogOptions options = quiet_options();
  options.accept_loss_after = Position{kept};
  // RocksDB drops the damaged WAL, and then the new epoch cannot be written.
  auto failing = storage_failing_after(0);
  StorageSetup setup;
  setup.env = failing.get();
  OpenReport failed;
  REQUIRE(open_log_on(temp / "data", options, setup, failed).error().code == ErrorCode::io);
  REQUIRE(open_error(temp / "data").code == ErrorCode::refused);
  auto [log, report] = open_log(temp / "data", options);
  REQUIRE(report.loss_accepted_after == Position{kept});
  REQUIRE(log->epoch() == 3);
  for (const char* epoch : {"loss.2", "loss.3"}) REQUIRE(log->meta(epoch).value() == std::to_string(kept));
  expect_records(*log, kept);
}

TEST_CASE("a garbled block of the newest events is refused at the start, and nothing changes") {
  TempFolder temp;
  make_stopped_log(temp / "data");
  auto tables = files_with_extension(temp / "data/log", ".sst");
  auto largest = std::max_element(tables.begin(), tables.end(),
                                  [](const auto& a, const auto& b) { return fs::file_size(a) < fs::file_size(b); });
  garble(*largest, 50, 4);
  const std::string before = folder_digest(temp / "data");
  REQUIRE(open_error(temp / "data").code == ErrorCode::refused);
  REQUIRE(folder_digest(temp / "data") == before);
}

TEST_CASE("a bit flipped anywhere in the WAL of a witnessed log is never silent") {
  TempFolder temp;
  make_stopped_log(temp / "whole");
  const std::size_t size = wal_bytes(temp / "whole");
  for (std::size_t at = 0; at < size; at += 13) {
    CAPTURE(at);
    fs::remove_all(temp / "damaged");
    copy_folder(temp / "whole", temp / "damaged");
    garble(last_wal(temp / "damaged"), at, 1);
    REQUIRE(open_error(temp / "damaged").code == ErrorCode::refused);
  }
}

}  // namespace hansard::log

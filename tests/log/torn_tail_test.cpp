// A crash tears at most the record that was being written, which nobody was told about: such a log opens without a
// word, and holds everything before it.
#include <catch2/catch.hpp>

#include "engine/log/preflight.h"
#include "engine/log/wal_scan.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {

namespace {
// Five appends of `events_each`; what a kill would leave of them, its witness at 0.
struct Killed {
  std::size_t whole;      // events before the last append
  std::size_t tail_from;  // where the last append's record begins in the WAL
  std::size_t tail_to;
};

Killed make_killed_log(const std::string& temp, std::size_t events_each, std::size_t bytes) {
  auto log = open_log(temp + "/live").log;
  Killed killed{};
  for (int i = 0; i < 5; ++i) {
    killed.tail_from = i == 0 ? 0 : records_end(last_wal(temp + "/live"));
    killed.whole = log->durable(base::kPartition).value;
    append(*log, events_each, bytes);
  }
  killed.tail_to = records_end(last_wal(temp + "/live"));
  copy_folder(temp + "/live", temp + "/killed");
  return killed;
}

// A fresh copy with the WAL changed by `change`.
template <class Change>
std::string damaged_copy(const TempFolder& temp, const Change& change) {
  fs::remove_all(temp / "torn");
  copy_folder(temp / "killed", temp / "torn");
  change(last_wal(temp / "torn"));
  return temp / "torn";
}

void expect_opens_with(const std::string& data, std::size_t events, std::size_t bytes) {
  auto found = inspect(LogPaths(data), quiet_options(), {}).value();
  REQUIRE(found.decision == Decision{Finding::sound, Action::open});
  REQUIRE(found.end == Position{events});
  // Really opening costs a dozen syncs, so every eighth time only.
  static int times = 0;
  if (times++ % 8 != 0) return;
  {
    auto [log, report] = open_log(data);
    REQUIRE_FALSE(report.loss_accepted_after);
    REQUIRE(log->epoch() == 1);
    expect_records(*log, events, bytes);
    append(*log, 1, bytes);
  }
  expect_records(*open_log(data).log, events + 1, bytes);
}
}  // namespace

TEST_CASE("a torn tail is cut at the last whole record, wherever it was torn") {
  TempFolder temp;
  const Killed killed = make_killed_log(temp.path(), 2, 60);
  for (std::size_t cut = killed.tail_from; cut < killed.tail_to; ++cut) {
    CAPTURE(cut);
    expect_opens_with(damaged_copy(temp, [&](const std::string& wal) { cut_file(wal, cut); }), killed.whole, 60);
  }
  expect_opens_with(damaged_copy(temp, [](const std::string&) {}), killed.whole + 2, 60);
}

TEST_CASE("a last record garbled or zeroed at any byte is a torn tail too") {
  TempFolder temp;
  const Killed killed = make_killed_log(temp.path(), 1, 40);
  for (std::size_t at = killed.tail_from; at < killed.tail_to; ++at) {
    CAPTURE(at);
    expect_opens_with(damaged_copy(temp, [&](const std::string& wal) { garble(wal, at, 1); }), killed.whole, 40);
    auto lose_rest = [&](const std::string& wal) { zero(wal, at, killed.tail_to - at); };
    // Zeroes in the place of zeroes change nothing.
    if (read_file(last_wal(temp / "killed")).find_first_not_of('\0', at) != std::string::npos) {
      expect_opens_with(damaged_copy(temp, lose_rest), killed.whole, 40);
    }
  }
}

TEST_CASE("a last record of many pages may lose any of its pages") {
  TempFolder temp;
  const Killed killed = make_killed_log(temp.path(), 50, 3'000);
  constexpr std::size_t kPage = 4'096;
  for (std::size_t page = (killed.tail_from / kPage + 1) * kPage; page + kPage <= killed.tail_to; page += kPage) {
    CAPTURE(page);
    expect_opens_with(damaged_copy(temp, [&](const std::string& wal) { zero(wal, page, kPage); }), killed.whole, 3'000);
  }
}

TEST_CASE("anything but the last record broken is damage, whatever the witness says") {
  TempFolder temp;
  const Killed killed = make_killed_log(temp.path(), 2, 60);
  for (std::size_t at = 0; at < killed.tail_from; at += 3) {
    CAPTURE(at);
    base::Error error = open_error(damaged_copy(temp, [&](const std::string& wal) { garble(wal, at, 1); }));
    REQUIRE(error.code == base::ErrorCode::refused);
    REQUIRE(error.detail.find("write-ahead log is damaged") != std::string::npos);
  }
}

TEST_CASE("a message that looks like a piece of the WAL is not mistaken for one") {
  TempFolder temp;
  std::string forged;
  {
    // A whole piece with a later sequence number than any the attacked log has.
    auto donor = open_log(temp / "donor").log;
    for (int i = 0; i < 50; ++i) append(*donor, 1);
    forged = read_records(last_wal(temp / "donor"));
    forged = forged.substr(forged.size() / 50 * 49);
  }
  auto log = open_log(temp / "live").log;
  append(*log, 2);
  std::string message = "before " + forged + " after";
  std::string_view record = message;
  REQUIRE(log->append(base::kPartition, {2}, {&record, 1}) == AppendOutcome::appended);
  copy_folder(temp / "live", temp / "killed");
  const std::size_t size = records_end(last_wal(temp / "killed"));
  expect_opens_with(damaged_copy(temp, [&](const std::string& wal) { cut_file(wal, size - 3); }), 2, 100);
}

TEST_CASE("the scan of a WAL counts what is whole and sees what is not") {
  TempFolder temp;
  auto log = open_log(temp / "data").log;
  const std::uint64_t before =
      scan_wal(read_file(files_with_extension(temp / "data/log", ".log").back())).last_sequence;
  for (int i = 0; i < 40; ++i) append(*log, 10, 1'500);
  std::string wal = read_records(last_wal(temp / "data"));
  WalFindings whole = scan_wal(wal);
  REQUIRE(whole.last_sequence > before);
  REQUIRE_FALSE(whole.has_broken_bytes);
  REQUIRE(whole.sequence_after_broken == 0);

  WalFindings cut = scan_wal(std::string_view(wal).substr(0, wal.size() - 1));
  REQUIRE(cut.last_sequence == whole.last_sequence - 10);
  REQUIRE(cut.has_broken_bytes);
  REQUIRE(cut.sequence_after_broken == 0);

  wal[wal.size() / 2] = static_cast<char>(wal[wal.size() / 2] ^ 1);
  WalFindings garbled = scan_wal(wal);
  REQUIRE(garbled.has_broken_bytes);
  REQUIRE(garbled.sequence_after_broken == whole.last_sequence - 9);
  REQUIRE(scan_wal({}).has_broken_bytes == false);
  REQUIRE(scan_wal(std::string(100'000, '\0')).sequence_after_broken == 0);
}

}  // namespace hansard::log

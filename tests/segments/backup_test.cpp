// Backups: a whole prefix, also while appends go on; never half of one; and back again by a restore.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

#include "engine/backup/backups.h"
#include "engine/log/copy_log.h"
#include "engine/log/folder_lock.h"
#include "engine/log/rocks_log.h"
#include "replay/segments/restorer.h"
#include "tests/segments/segments_fixture.h"
#include "tests/support/manual_clock.h"

namespace fs = std::filesystem;

namespace hansard::segments {

namespace {
backup::BackupManifest offline_backup(const std::string& data, const std::string& out, bool with_keys = false) {
  support::ManualClock clock;
  auto made = backup::make_offline_backup(data, out, with_keys, clock);
  INFO((made.has_error() ? made.error().detail : ""));
  REQUIRE(made.has_value());
  return made.value();
}

RestoreReport restore_now(const std::string& from, const std::string& data) {
  RestoreRequest request;
  request.from = from;
  request.data = data;
  auto report = restore(request);
  INFO((report.has_error() ? report.error().detail : ""));
  REQUIRE(report.has_value());
  return report.value();
}

std::string restore_problem(const std::string& from, const std::string& data) {
  RestoreRequest request;
  request.from = from;
  request.data = data;
  auto report = restore(request);
  REQUIRE(report.has_error());
  CHECK_FALSE(fs::exists(data));
  CHECK_FALSE(fs::exists(data + ".restoring"));
  return report.error().detail;
}

// Waits for the one under way without a clock: listing it takes a moment itself.
backup::BackupStatus end_of(const backup::Backups& backups, const std::string& name) {
  for (;;) {
    const auto status = backups.find(name);
    if (status && status->state != backup::BackupState::running) return *status;
    std::this_thread::yield();
  }
}
}  // namespace

TEST_CASE("a backup of a stopped store comes back with its records and its attachments, in a new epoch") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out", again = folder / "again";
  make_log(data, 400);
  const std::string blob = put_attachment(data, "an attachment");
  fs::create_directories(data + "/files/incoming");
  fs::create_directories(data + "/keys");
  write_bytes(data + "/files/incoming/half", "half an upload");
  write_bytes(data + "/keys/secret", "a secret");
  const auto manifest = offline_backup(data, out);
  CHECK(manifest.position == Position{400});
  CHECK(manifest.attachments == 1);
  CHECK_FALSE(fs::exists(out + "/keys"));
  CHECK_FALSE(fs::exists(out + "/files/incoming"));
  CHECK(backup::read_backup_manifest(out).value() == manifest);

  const RestoreReport report = restore_now(out, again);
  CHECK(report.end == Position{400});
  CHECK(report.epoch == 2);
  CHECK(report.attachments == 1);
  CHECK(records_in(again) == records_in(data));
  CHECK(bytes_in(again + blob.substr(data.size())) == "an attachment");

  offline_backup(data, folder / "with-keys", true);
  restore_now(folder / "with-keys", folder / "third");
  CHECK(bytes_in(folder / "third/keys/secret") == "a secret");
}

TEST_CASE("what a crash left of a backup is not in the next one of that name") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 10);
  fs::create_directories(out + ".partial/files/ab");
  write_bytes(out + ".partial/files/ab/left", "an attachment of then");
  const auto manifest = offline_backup(data, out);
  CHECK_FALSE(fs::exists(out + "/files"));
  CHECK(restore_now(out, folder / "again").attachments == manifest.attachments);
}

TEST_CASE("a backup goes nowhere where something is, and takes no folder that is in use") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 10);
  support::ManualClock clock;
  fs::create_directories(folder / "taken");
  CHECK(backup::make_offline_backup(data, folder / "taken", false, clock).error().code == base::ErrorCode::refused);
  log::OpenReport report;
  auto log = log::open_rocks_log(data, {}, report);
  REQUIRE(log.has_value());
  CHECK(backup::make_offline_backup(data, folder / "out", false, clock).error().code == base::ErrorCode::in_use);
}

TEST_CASE("a backup that is broken off before any of its files leaves nothing") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 200);
  put_attachment(data, "an attachment");
  support::ManualClock clock;
  backup::BackupRequest request{data, out, true, false, {}, {}};
  request.copy_log = [&](const std::string& copy) -> Result<Position> {
    const auto copied = log::copy_stopped_database(data, copy);
    REQUIRE(copied.has_value());
    return log::end_of_copy(copy);
  };
  std::size_t steps = 0;
  for (bool is_made = false; !is_made; ++steps) {
    std::size_t left = steps;
    request.goes_on = [&left] { return left-- > 0; };
    const auto made = backup::make_backup(request, clock);
    is_made = made.has_value();
    CHECK(fs::exists(out) == is_made);
    CHECK_FALSE(fs::exists(out + ".partial"));
    if (!is_made) CHECK(made.error().code == base::ErrorCode::shutting_down);
  }
  CHECK(steps > 4);  // before the log, the attachment, MANIFEST, CURRENT
}

TEST_CASE("an attachment that is collected while a backup comes to it is left out") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 10);
  const std::string kept = put_attachment(data, "one that stays"), collected = put_attachment(data, "one that goes");
  support::ManualClock clock;
  backup::BackupRequest request{data, out, true, false, {}, {}};
  request.copy_log = [&](const std::string& copy) -> Result<Position> {
    REQUIRE(log::copy_stopped_database(data, copy).has_value());
    return log::end_of_copy(copy);
  };
  request.goes_on = [&] {  // the folder was listed before
    const bool lists = fs::exists(out + ".partial/files");
    if (lists) fs::remove(collected);
    return true;
  };
  const auto made = backup::make_backup(request, clock);
  REQUIRE(made.has_value());
  CHECK(made.value().attachments == 1);
  CHECK(fs::exists(out + kept.substr(data.size())));
}

TEST_CASE("a backup made while appends go on is a whole prefix") {
  TempFolder folder;
  const std::string data = folder / "data";
  log::OpenReport report;
  auto log = log::open_rocks_log(data, {}, report);
  REQUIRE(log.has_value());
  std::atomic<bool> stop{false};
  std::atomic<bool> all_appended{true};
  std::thread appender([&] {
    for (std::uint64_t at = 1; !stop; ++at) {
      const std::string record = event_record(at);
      const std::string_view records[] = {record};
      if (log.value()->append(base::kPartition, {at - 1}, records) != log::AppendOutcome::appended)
        all_appended = false;
    }
  });
  support::ManualClock clock;
  backup::Backups backups(data, folder / "backups", *log.value(), clock);
  std::vector<backup::BackupStatus> made;
  std::string refused;
  for (const std::string name : {"one", "two", "three"}) {
    const auto started = backups.start(name);
    if (started.has_error()) refused = started.error().detail;
    if (started.has_value()) made.push_back(end_of(backups, name));
  }
  stop = true;
  appender.join();
  CHECK(refused.empty());
  CHECK(all_appended);
  for (const auto& status : made) {
    INFO(status.problem);
    REQUIRE(status.state == backup::BackupState::done);
    const std::string again = folder / ("restored-" + status.manifest.name);
    CHECK(restore_now(folder / ("backups/" + status.manifest.name), again).end == status.manifest.position);
    const auto records = records_in(again);
    REQUIRE(records.size() == status.manifest.position.value);
    for (std::uint64_t at = 1; at <= records.size(); ++at) REQUIRE(records[at - 1] == event_record(at));
  }
}

TEST_CASE("backups are asked for by name, one at a time, into the configured folder only") {
  TempFolder folder;
  const std::string data = folder / "data";
  log::OpenReport report;
  auto log = log::open_rocks_log(data, {}, report);
  REQUIRE(log.has_value());
  support::ManualClock clock;
  backup::Backups none(data, "", *log.value(), clock);
  CHECK(none.start("x").error().code == base::ErrorCode::refused);
  CHECK(none.list().empty());

  backup::Backups backups(data, folder / "backups", *log.value(), clock);
  for (const std::string name : {"../x", "a/b", ".hidden", "x.partial", "ä"}) {
    CHECK(backups.start(name).error().code == base::ErrorCode::malformed);
  }
  const auto started = backups.start("");
  REQUIRE(started.has_value());
  CHECK(started.value().manifest.name == "2024-01-01T00-00-00Z");
  CHECK(end_of(backups, started.value().manifest.name).state == backup::BackupState::done);
  CHECK(backups.start("2024-01-01T00-00-00Z").error().code == base::ErrorCode::in_use);
  CHECK(backups.list().size() == 1);
}

TEST_CASE("a backup that fails is counted and told, and the time of the newest one is known after a start") {
  TempFolder folder;
  const std::string data = folder / "data", place = folder / "backups";
  log::OpenReport report;
  auto log = log::open_rocks_log(data, {}, report);
  REQUIRE(log.has_value());
  support::ManualClock clock;
  std::string told;
  backup::Backups backups(data, place, *log.value(), clock, [&](const std::string& name, const base::Error& error) {
    told = name + ": " + error.detail;
  });
  CHECK(backups.counts().last_made.ms == 0);
  REQUIRE(backups.start("good").has_value());
  CHECK(end_of(backups, "good").state == backup::BackupState::done);
  CHECK(backups.counts().last_made == clock.now());
  fs::rename(place, folder / "away");
  write_bytes(place, "");
  REQUIRE(backups.start("bad").has_value());
  CHECK(end_of(backups, "bad").state == backup::BackupState::failed);
  CHECK(backups.counts().failed == 1);
  CHECK(told.starts_with("bad: "));
  CHECK(backup::Backups(data, folder / "away", *log.value(), clock).counts().last_made == clock.now());
}

TEST_CASE("a place that no backup can be written into is refused before anything is there to back up") {
  TempFolder folder;
  write_bytes(folder / "file", "");
  for (const std::string& place : {folder / "file", folder / "file/below", std::string("/proc/backups")}) {
    const auto checked = backup::check_backup_folder(place);
    REQUIRE(checked.has_error());
    CHECK(checked.error().detail.find(place + " (`folder` in the section [backup])") != std::string::npos);
  }
  CHECK(backup::check_backup_folder(folder / "made/on/the/way").has_value());
  CHECK(fs::is_directory(folder / "made/on/the/way"));
}

TEST_CASE("a backup that lost something is refused by name") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 300);
  offline_backup(data, out);
  const std::string manifest = bytes_in(out + "/manifest.json");
  for (std::size_t at = 0; at < manifest.size(); at += 5) {
    std::string broken = manifest;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    write_bytes(out + "/manifest.json", broken);
    RestoreRequest request;
    request.from = out;
    request.data = folder / "again";
    REQUIRE(restore(request).has_error());
  }
  write_bytes(out + "/manifest.json", manifest);

  for (const auto& entry : fs::directory_iterator(out + "/log")) {
    if (entry.path().extension() != ".sst") continue;
    std::string bytes = bytes_in(entry.path());
    if (bytes.size() < 20'000) continue;
    bytes[10'000] = static_cast<char>(bytes[10'000] ^ 1);
    fs::remove(entry.path());  // a link: the store keeps its own
    write_bytes(entry.path(), bytes);
  }
  CHECK(restore_problem(out, folder / "again").find("log is damaged, or this user may not read it") !=
        std::string::npos);
  CHECK(records_in(data).size() == 300);
}

TEST_CASE("a backup sums its files and names the root that was signed, and a restore holds it to both") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 120);
  sign_log(data);
  const auto manifest = offline_backup(data, out);
  CHECK(manifest.hashed.size == 120);
  const auto sums_it = [&](const char* name) {
    return std::any_of(manifest.sums.begin(), manifest.sums.end(), [&](const auto& sum) { return sum.name == name; });
  };
  CHECK(sums_it("log/CURRENT"));
  CHECK(sums_it("log.witness"));
  CHECK(restore_now(out, folder / "whole").end == Position{120});

  auto other = manifest;
  other.hashed.root[7] ^= 1;
  write_bytes(out + "/manifest.json", backup::to_json(other));
  CHECK(restore_problem(out, folder / "again").find("do not have the root that its manifest names") !=
        std::string::npos);
  write_bytes(out + "/manifest.json", backup::to_json(manifest));

  for (const base::SealedFile& sum : manifest.sums) {
    INFO(sum.name);
    const std::string bytes = bytes_in(out + "/" + sum.name);
    if (bytes.empty()) continue;
    std::string broken = bytes;
    broken.back() = static_cast<char>(broken.back() ^ 1);
    fs::remove(out + "/" + sum.name);
    CHECK(restore_problem(out, folder / "again").find(sum.name + " is missing or cannot be read") != std::string::npos);
    write_bytes(out + "/" + sum.name, broken);
    CHECK(restore_problem(out, folder / "again").find(sum.name + " is not what was copied") != std::string::npos);
    write_bytes(out + "/" + sum.name, bytes);
  }
  CHECK(restore_now(out, folder / "still-whole").end == Position{120});
}

TEST_CASE("an attachment of a backup that is not what its name says, or is gone, is not restored") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 10);
  const std::string blob = out + put_attachment(data, "an attachment").substr(data.size());
  offline_backup(data, out);
  fs::remove(blob);  // a link: the store keeps its own
  CHECK(restore_problem(out, folder / "again").find("has 0 attachments, and its manifest says 1") != std::string::npos);
  write_bytes(blob, "An attachment");
  CHECK(restore_problem(out, folder / "again").find("its bytes are not those its name is the SHA-256 of") !=
        std::string::npos);
}

TEST_CASE("a restore that is refused at its last step leaves nothing, and what another one is making stays") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out", again = folder / "again";
  make_log(data, 10);
  offline_backup(data, out);
  RestoreRequest request;
  request.from = out;
  request.data = again;
  request.before_naming = [](const std::string&) -> Result<void> {
    return base::error(base::ErrorCode::refused, "no erasure today");
  };
  CHECK(restore(request).error().detail == "no erasure today");
  CHECK_FALSE(fs::exists(again + ".restoring"));

  fs::create_directory(again + ".restoring");
  const auto other = log::FolderLock::take(again + ".restoring");
  write_bytes(again + ".restoring/half", "of another one");
  CHECK(restore(request).error().code == base::ErrorCode::in_use);
  CHECK(bytes_in(again + ".restoring/half") == "of another one");
}

TEST_CASE("a manifest of the first version still restores") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 10);
  auto manifest = offline_backup(data, out);
  manifest.version = 1;
  manifest.sums.clear();
  manifest.hashed = {};
  const std::string json = backup::to_json(manifest);
  CHECK(json.find("hashed") == std::string::npos);
  write_bytes(out + "/manifest.json", json);
  CHECK(backup::read_backup_manifest(out).value() == manifest);
  CHECK(restore_now(out, folder / "again").end == Position{10});
}

}  // namespace hansard::segments

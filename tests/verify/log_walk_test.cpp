#include "replay/verify/log_walk.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "engine/codec/record_layout.h"
#include "replay/verify/library_words.h"
#include "tests/support/memory_log.h"
#include "tests/support/temp_folder.h"

namespace hansard::verify {
namespace {

using base::Position;
using support::MemoryLog;
using support::MemoryStore;

constexpr std::uint64_t kEvents = 100'000;  // several stretches
constexpr std::uint64_t kStreams = 7;

struct Place {
  std::uint64_t position, stream, version;
  std::int64_t time;
};

std::string record_of(const Place& place) {
  domain::RecordedEvent event;
  event.position = {place.position};
  event.stream.bytes[0] = static_cast<std::uint8_t>(place.stream);
  event.version = {place.version};
  event.time = {place.time};
  event.actor.value = "ada";
  event.body = domain::UserSeen{event.actor, event.time};
  std::string record;
  codec::encode({event}, record);
  return record;
}

std::string whole_record(std::uint64_t at) {
  return record_of({at, at % kStreams, (at - 1) / kStreams + 1, static_cast<std::int64_t>(1'000 + at / 10)});
}

std::shared_ptr<MemoryStore> whole_store() {
  auto store = std::make_shared<MemoryStore>();
  for (std::uint64_t at = 1; at <= kEvents; ++at) store->records.push_back(whole_record(at));
  return store;
}

struct Walked {
  std::vector<Damage> damages;
  std::vector<CheckLine> lines;
};

Walked walk(const std::shared_ptr<MemoryStore>& store, std::uint64_t from = 1, std::uint64_t to = kEvents) {
  support::TempFolder scratch;
  MemoryLog log(store);
  Findings findings;
  WalkOptions options;
  options.from = {from};
  options.to = {to};
  options.threads = 3;
  options.scratch = scratch.path();
  std::atomic<std::uint64_t> told{0};
  options.progress = [&](std::uint64_t events) { told += events; };
  REQUIRE(walk_log(log, options, findings));
  CHECK(told == to + 1 - from);
  return {findings.damages(), findings.lines()};
}

TEST_CASE("a whole log has no damage, whole or from anywhere to anywhere") {
  auto store = whole_store();
  const Walked all = walk(store);
  CHECK(all.damages.empty());
  const auto records =
      std::find_if(all.lines.begin(), all.lines.end(), [](const auto& l) { return l.name == "records"; });
  CHECK(records->count == kEvents);
  const auto streams =
      std::find_if(all.lines.begin(), all.lines.end(), [](const auto& l) { return l.name == "streams"; });
  CHECK(streams->count == kStreams);
  CHECK(walk(store, 50'000, 90'001).damages.empty());
  CHECK(walk(store, kEvents, kEvents).damages.empty());
}

TEST_CASE("every way in which a record can be wrong is named by its position") {
  auto store = whole_store();
  auto damage_at = [&](std::uint64_t at, std::string record) {
    std::swap(store->records[at - 1], record);
    Walked found = walk(store);
    std::swap(store->records[at - 1], record);
    REQUIRE_FALSE(found.damages.empty());
    CHECK(found.damages[0].position.value == at);
    return found.damages[0].what;
  };
  const std::uint64_t at = 77'777, stream = at % kStreams, version = (at - 1) / kStreams + 1;
  const std::int64_t time = 1'000 + static_cast<std::int64_t>(at / 10);
  std::string broken = whole_record(at);
  broken[codec::kFactsAt + 3] ^= 1;
  CHECK(damage_at(at, broken).find("checksum") != std::string::npos);
  CHECK(damage_at(at, whole_record(at).substr(0, 100)).find("broken") != std::string::npos);
  CHECK(damage_at(at, "").find("broken") != std::string::npos);
  CHECK(damage_at(at, record_of({at + 1, stream, version, time})).find("position") != std::string::npos);
  CHECK(damage_at(at, record_of({at, stream, version + 1, time})).find("version") != std::string::npos);
  CHECK(damage_at(at, record_of({at, stream, version, time - 1'000})).find("time") != std::string::npos);
}

TEST_CASE("where stretches meet, time and versions are held together too") {
  auto store = whole_store();
  const std::uint64_t at = kStretchEvents + 1;
  store->records[at - 1] = record_of({at, at % kStreams, (at - 1) / kStreams + 1, 5});
  Walked found = walk(store);
  REQUIRE(found.damages.size() == 1);
  CHECK(found.damages[0].position.value == at);
  store = whole_store();
  store->records[at - 1] = record_of({at, 200, 1, static_cast<std::int64_t>(1'000 + at / 10)});  // of another stream
  found = walk(store);
  REQUIRE_FALSE(found.damages.empty());
  CHECK(found.damages[0].position.value == at + kStreams);  // whose stream goes on with a gap
}

TEST_CASE("a place in a library's sentence") {
  CHECK(place_in("byte 88: the facts are not those committed to", "byte") == 88);
  CHECK(place_in("block checksum mismatch in /a/log/000012.sst offset 4096 size 77", "offset") == 4096);
  CHECK_FALSE(place_in("no such word", "byte"));
  CHECK_FALSE(place_in("byte by byte", "byte"));
}

TEST_CASE("what a library says of a database becomes a file, a byte and a short reason") {
  const auto told = [](const std::string& folder, std::string detail) {
    const Damage damage = damage_of(folder, "a row cannot be read", base::error(base::ErrorCode::corrupt, detail));
    const std::string byte = damage.file_byte ? " byte " + std::to_string(*damage.file_byte) : "";
    return damage.file + byte + ": " + damage.what;
  };
  CHECK(told("log",
             "cannot open the event log in /var/log/h/log: Corruption: block checksum mismatch: stored = 25, "
             "computed = 28, type = 4  in /var/log/h/log/000012.sst offset 128 size 825 in file "
             "/var/log/h/log/MANIFEST-000014") ==
        "log/000012.sst byte 128: a row cannot be read (block checksum mismatch)");
  CHECK(told("views/chat/v4",
             "it cannot be opened: Corruption: a file has another number in file "
             "data/views/chat/v4/MANIFEST-000005") ==
        "views/chat/v4: a row cannot be read (a file has another number)");
  CHECK(
      told("keys", "x: IO error: No such file or directory: While opening a file: /d/keys/000004.sst: No such file") ==
      "keys/000004.sst: a row cannot be read (No such file or directory)");
  CHECK(told("keys", "x: Corruption: truncated block read from /d/keys/000004.sst offset 0, expected 99 bytes") ==
        "keys/000004.sst byte 0: a row cannot be read (truncated block read)");
  CHECK(told("index", "its checkpoint cannot be read") == "index: its checkpoint cannot be read");
}

TEST_CASE("a command that cannot read the log says so without the library's words") {
  const auto told = [](const std::string& detail) {
    return log_error("d", base::error(base::ErrorCode::corrupt, detail)).detail;
  };
  const std::string more = ". `hansard-replay verify --data d` says more.";
  CHECK(told("cannot read position 1: Corruption: block checksum mismatch: stored = 1, computed = 4, type = 4  in "
             "/f/d/log/000018.sst offset 7 size 5646") ==
        "cannot read position 1: log/000018.sst at byte 7 (block checksum mismatch)" + more);
  CHECK(
      told("cannot open it: Corruption: Corruption: IO error: No such file or directory: While open a file for random "
           "read: /f/log/000018.ldb: No such file or directory in file /f/log/MANIFEST-000022") ==
      "cannot open it: log/000018.sst (No such file or directory)" + more);
  CHECK(told("cannot open it: Corruption: file is too short (11 bytes) to be an sstable/f/log/000018.sst in file "
             "/f/log/MANIFEST-000022") == "cannot open it: log/000018.sst (file is too short (11 bytes))" + more);
  CHECK(told("cannot open it: Corruption: Bad table magic number: expected 98, found 97 in /f/log/000018.sst") ==
        "cannot open it: log/000018.sst (Bad table magic number)" + more);
  CHECK(told("cannot open it: Corruption: CURRENT file does not end with newline") ==
        "cannot open it (CURRENT file does not end with newline)" + more);
  CHECK(told("position 7: the facts are not those committed to") == "position 7: the facts are not those committed to");
}

}  // namespace
}  // namespace hansard::verify

// Exports and restores of whole folders, and what is refused.
#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "engine/base/json.h"
#include "engine/codec/codec.h"
#include "engine/log/rocks_log.h"
#include "replay/segments/export_folder.h"
#include "replay/segments/exporter.h"
#include "replay/segments/restorer.h"
#include "tests/segments/segments_fixture.h"
#include "tests/support/manual_clock.h"

namespace fs = std::filesystem;

namespace hansard::segments {

namespace {
ExportRequest request_for(const std::string& data, const std::string& out) {
  ExportRequest request;
  request.data = data;
  request.out = out;
  return request;
}

ExportReport export_now(const ExportRequest& request) {
  support::ManualClock clock;
  auto report = export_log(request, clock);
  INFO((report.has_error() ? report.error().detail : ""));
  REQUIRE(report.has_value());
  return report.value();
}

std::string export_problem(const ExportRequest& request) {
  support::ManualClock clock;
  auto report = export_log(request, clock);
  REQUIRE(report.has_error());
  return report.error().detail;
}

RestoreRequest restore_request(const std::string& from, const std::string& data) {
  RestoreRequest request;
  request.from = from;
  request.data = data;
  return request;
}

RestoreReport restore_now(const RestoreRequest& request) {
  auto report = restore(request);
  INFO((report.has_error() ? report.error().detail : ""));
  REQUIRE(report.has_value());
  return report.value();
}

std::string restore_problem(const RestoreRequest& request) {
  auto report = restore(request);
  REQUIRE(report.has_error());
  CHECK_FALSE(fs::exists(request.data));
  return report.error().detail;
}

// The one file of records of a small export.
std::string only_file(const std::string& out) {
  const auto manifest = read_manifest(out);
  REQUIRE(manifest.has_value());
  REQUIRE(manifest.value().files.size() == 1);
  return out + "/" + manifest.value().files.front().name;
}

std::vector<std::uint64_t> positions_in(const std::string& out) {
  std::vector<std::uint64_t> positions;
  const auto manifest = read_manifest(out);
  REQUIRE(manifest.has_value());
  for (const FileEntry& file : manifest.value().files) {
    REQUIRE(read_segment(test_io(), out + "/" + file.name, [&](Position at, std::string_view) -> Result<void> {
      positions.push_back(at.value);
      return base::success();
    }));
  }
  return positions;
}
}  // namespace

TEST_CASE("a restored log has the exported records byte for byte, and grows") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out", again = folder / "again";
  make_log(data, 700);
  const ExportReport exported = export_now(request_for(data, out));
  CHECK(exported.manifest.events() == 700);
  CHECK(exported.manifest.at_rest);
  REQUIRE(exported.manifest.root.has_value());

  const RestoreReport restored = restore_now(restore_request(out, again));
  CHECK(restored.end == Position{700});
  CHECK(restored.root == exported.manifest.root);
  CHECK_FALSE(restored.epoch_raised);
  CHECK(records_in(again) == records_in(data));
  CHECK_FALSE(fs::exists(again + ".restoring"));

  log::OpenReport report;
  auto log = log::open_rocks_log(again, {}, report);
  REQUIRE(log.has_value());
  CHECK(log.value()->epoch() == 1);
  const std::string next = event_record(701);
  const std::string_view records[] = {next};
  CHECK(log.value()->append(base::kPartition, {700}, records) == log::AppendOutcome::appended);
}

TEST_CASE("an empty log is exported and restored") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out", again = folder / "again";
  make_log(data, 0);
  CHECK(export_now(request_for(data, out)).manifest.files.empty());
  CHECK(restore_now(restore_request(out, again)).end == Position{});
  CHECK(records_in(again).empty());
}

TEST_CASE("a restore to a position or a time ends there and begins a new epoch") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 50);
  export_now(request_for(data, out));

  RestoreRequest request = restore_request(out, folder / "by-position");
  request.to = Position{31};
  RestoreReport report = restore_now(request);
  CHECK(report.end == Position{31});
  CHECK(report.epoch == 2);
  CHECK(records_in(request.data).size() == 31);
  CHECK(log::open_rocks_log_read_only(request.data).value()->meta("loss.2").value() == "31");

  request = restore_request(out, folder / "by-time");
  request.to_time = base::Timestamp{kFirstTime + 20'999};
  CHECK(restore_now(request).end == Position{20});
  request = restore_request(out, folder / "before-everything");
  request.to_time = base::Timestamp{kFirstTime - 1};
  CHECK(restore_problem(request) == "Everything there is came after the time of --to-time.");

  request = restore_request(out, folder / "beyond");
  request.to = Position{51};
  CHECK(restore_problem(request) == "There is nothing after position 50 to restore.");
  request.to = Position{49};
  request.epoch = EpochChoice::keep;
  CHECK(restore_problem(request).find("The epoch can be kept only when everything is restored") == 0);
}

TEST_CASE("filters take what they say, in any combination") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 200);
  ExportRequest request = request_for(data, folder / "out");
  request.filter.conversations = {conversation_of_number(0), conversation_of_number(3)};
  request.filter.actors = {user_of_number(2), user_of_number(5)};
  request.from = Position{17};
  request.to_time = base::Timestamp{kFirstTime + 180'000};
  CHECK_FALSE(export_now(request).manifest.is_full_prefix());
  std::vector<std::uint64_t> expected;
  for (std::uint64_t at = 17; at <= 180; ++at) {
    if ((at % 5 == 0 || at % 5 == 3) && (at % 7 == 2 || at % 7 == 5)) expected.push_back(at);
  }
  CHECK(positions_in(request.out) == expected);

  request = request_for(data, folder / "types");
  request.filter.types = {"read.advanced"};
  export_now(request);
  CHECK(positions_in(request.out).size() == 20);
  request.filter.types = {"message.whispered"};
  request.out = folder / "no-such-type";
  CHECK(export_problem(request).find("There is no event type 'message.whispered'. There are conver") == 0);
}

TEST_CASE("the same events come as JSON lines and as CSV") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 30);
  ExportRequest request = request_for(data, folder / "lines");
  request.kind = Kind::jsonl;
  request.filter.types = {"message.sent"};
  CHECK(export_now(request).manifest.events() == 27);
  base::JsonParser parser;
  const std::string lines = bytes_in(only_file(request.out));
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 27);
  const auto first = parser.parse(lines.substr(0, lines.find('\n')));
  REQUIRE(first.has_value());
  CHECK(first.value().member("type").string() == "message.sent");
  CHECK(first.value().member("actor").string() == "user-1");

  request.kind = Kind::csv;
  request.out = folder / "table";
  export_now(request);
  const std::string table = bytes_in(only_file(request.out));
  CHECK(table.find("position,time,type,stream,version,actor,conversation,text,event\r\n") == 0);
  CHECK(table.find(",message.sent,") != std::string::npos);
  CHECK(table.find(",\"{\"\"position\"\":") != std::string::npos);
  CHECK(restore_problem(restore_request(request.out, folder / "again")).find("to be read as evidence") !=
        std::string::npos);
}

TEST_CASE("a part of the log is evidence and is not restored") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 50);
  ExportRequest request = request_for(data, folder / "filtered");
  request.filter.actors = {user_of_number(1)};
  export_now(request);
  CHECK(restore_problem(restore_request(request.out, folder / "again")).find("to be read as evidence") !=
        std::string::npos);
  request = request_for(data, folder / "tail");
  request.from = Position{2};
  export_now(request);
  CHECK(restore_problem(restore_request(request.out, folder / "again")).find("to be read as evidence") !=
        std::string::npos);
}

TEST_CASE("an export does not go where something is, nor beyond the log") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 10);
  export_now(request_for(data, out));
  CHECK(export_problem(request_for(data, out)).find("is there already") != std::string::npos);
  ExportRequest request = request_for(data, folder / "beyond");
  request.to = Position{11};
  CHECK(export_problem(request) == "The log ends at position 10.");
  request.to.reset();
  request.from = Position{11};
  CHECK(export_problem(request) == "The log ends at position 10.");
  CHECK(export_problem(request_for(folder / "nothing", out)).find("there is no event log in") == 0);
  CHECK(restore_problem(restore_request(data, folder / "again")).find("there is no manifest.json in") == 0);
}

TEST_CASE("a time that nothing in the log reaches is refused, one between two events is an empty stretch") {
  TempFolder folder;
  make_log(folder / "data", 10);
  ExportRequest request = request_for(folder / "data", folder / "out");
  request.from_time = base::Timestamp{kFirstTime + 10'001};
  CHECK(export_problem(request) == "Everything there is came before the time of --from-time.");
  request.from_time.reset();
  request.to_time = base::Timestamp{kFirstTime - 1};
  CHECK(export_problem(request) == "Everything there is came after the time of --to-time.");
  request.from_time = base::Timestamp{kFirstTime + 3'001};
  request.to_time = base::Timestamp{kFirstTime + 3'999};
  const auto manifest = export_now(request).manifest;
  CHECK(manifest.events() == 0);
  CHECK(manifest.from == Position{4});
  CHECK(manifest.to == Position{3});
  CHECK_FALSE(manifest.is_full_prefix());
}

TEST_CASE("an interrupted export goes on where it stopped, and only with the same question") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 300);
  export_now(request_for(data, folder / "reference"));

  // As a kill leaves it: a journal of nothing yet, and a torn file.
  ExportRequest other = request_for(data, out);
  export_now(request_for(data, folder / "begun"));
  const std::string partial = out + ".partial";
  fs::create_directories(partial + "/segments");
  Manifest plan = read_manifest(folder / "begun").value();
  plan.files.clear();
  write_bytes(partial + "/export.journal", to_json(plan) + "\n{\"first\":1,\"fi");
  write_bytes(partial + "/segments/torn.hsg", "half");

  other.to = Position{200};
  CHECK(export_problem(other).find("holds an interrupted export of something else") != std::string::npos);
  const ExportReport report = export_now(request_for(data, out));
  CHECK(report.manifest.events() == 300);
  CHECK_FALSE(fs::exists(out + "/segments/torn.hsg"));
  CHECK_FALSE(fs::exists(partial));
  CHECK(bytes_in(only_file(out)) == bytes_in(only_file(folder / "reference")));
}

TEST_CASE("what an export keeps behind a torn line is known when it goes on once more") {
  TempFolder folder;
  const std::string out = folder / "out";
  make_log(folder / "data", 10);
  export_now(request_for(folder / "data", folder / "begun"));
  Manifest plan = read_manifest(folder / "begun").value();
  plan.files.clear();
  fs::create_directories(out + ".partial");
  write_bytes(out + ".partial/export.journal", to_json(plan) + "\n{\"first\":1,\"fi");
  REQUIRE(ExportFolder::open(out, plan, true).value()->keep(Position{1}, std::nullopt));
  const auto again = ExportFolder::open(out, plan, true);
  REQUIRE(again.has_value());
  CHECK(again.value()->is_kept(Position{1}));
}

TEST_CASE("an export that was whole but for its name is finished without reading the log again") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out";
  make_log(data, 300);
  const ExportReport first = export_now(request_for(data, folder / "begun"));
  fs::rename(folder / "begun", out + ".partial");
  Manifest plan = first.manifest;
  plan.files.clear();
  write_bytes(out + ".partial/export.journal",
              to_json(plan) + "\n{\"first\":1,\"file\":" + to_json(first.manifest.files.front()) + "}\n");
  const ExportReport report = export_now(request_for(data, out));
  CHECK(report.files_resumed == 1);
  CHECK(report.bytes_this_run == 0);
  CHECK(report.manifest.root == first.manifest.root);
}

TEST_CASE("a damaged export is refused in a sentence that names the file, and nothing is left") {
  TempFolder folder;
  const std::string data = folder / "data", out = folder / "out", again = folder / "again";
  make_log(data, 60);
  export_now(request_for(data, out));
  const std::string file = only_file(out);
  const std::string bytes = bytes_in(file), manifest = bytes_in(out + "/manifest.json");

  std::string broken = bytes;
  broken[200] = static_cast<char>(broken[200] ^ 4);
  write_bytes(file, broken);
  CHECK(restore_problem(restore_request(out, again)).find(file + " is damaged at byte 64: its checksum") == 0);
  write_bytes(file, bytes);

  for (std::size_t at = 0; at < manifest.size(); at += 7) {
    broken = manifest;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    write_bytes(out + "/manifest.json", broken);
    REQUIRE(restore_problem(restore_request(out, again)).find("manifest.json is damaged") != std::string::npos);
  }
  write_bytes(out + "/manifest.json", manifest);

  fs::remove(file);
  CHECK(restore_problem(restore_request(out, again)).find("cannot open " + file) == 0);

  // A whole segment of another export under the right name.
  make_log(folder / "other", 60, 80);
  export_now(request_for(folder / "other", folder / "other-out"));
  fs::copy_file(only_file(folder / "other-out"), file);
  CHECK(restore_problem(restore_request(out, again)).find("not the file its manifest names") != std::string::npos);
  write_bytes(file, bytes);
  restore_now(restore_request(out, again));
}

TEST_CASE("the root over files is the root over their leaves") {
  const std::uint64_t count = 5;
  std::vector<FileEntry> files;
  proof::CompactRange whole;
  const proof::CompactRange::Completed nobody = [](unsigned, std::uint64_t, const proof::Hash&) {};
  for (std::uint64_t i = 0; i < count; ++i) {
    proof::CompactRange part;
    const std::uint64_t leaves = i + 1 == count ? 1'000 : kPositionsPerSegment;
    for (std::uint64_t leaf = 0; leaf < leaves; ++leaf) {
      const proof::Hash hash = proof::leaf_hash(std::to_string(i * kPositionsPerSegment + leaf));
      part.add(hash, nobody);
      whole.add(hash, nobody);
    }
    files.emplace_back();
    files.back().root = part.root();
  }
  CHECK(root_over(files) == whole.root());
  CHECK(root_over({}) == proof::empty_root());
}

TEST_CASE("a manifest comes back as it was written") {
  Manifest manifest;
  manifest.cluster.fill(3);
  manifest.epoch = 7;
  manifest.to = {12};
  manifest.filter.actors = {{"a \"quoted\" user"}};
  manifest.filter.types = {"message.sent"};
  manifest.filter.conversations = {conversation_of_number(1)};
  manifest.created_at = "2024-01-01T00:00:00.000Z";
  manifest.root = base::Digest{};
  manifest.schemas = {{"schemas/v1/facts.fbs", 10, {}}};
  FileEntry file;
  file.name = "segments/1.hsg";
  file.first = {1};
  file.last = {12};
  file.count = 3;
  file.first_time = {kFirstTime};
  file.last_time = {kFirstTime + 1};
  manifest.files = {file};
  const auto back = parse_manifest(to_json(manifest));
  REQUIRE(back.has_value());
  CHECK(back.value().files == manifest.files);
  CHECK(back.value().schemas == manifest.schemas);
  CHECK(back.value().root == manifest.root);
  CHECK(back.value().asks_the_same(manifest));
  file.name = "../outside";
  manifest.files = {file};
  CHECK(parse_manifest(to_json(manifest)).has_error());
}

}  // namespace hansard::segments

// Evidence: each exported event with a proof that anybody can check.
#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "engine/log/rocks_log.h"
#include "engine/proof/proofs.h"
#include "replay/segments/exporter.h"
#include "replay/segments/restorer.h"
#include "tests/segments/segments_fixture.h"
#include "tests/support/manual_clock.h"

namespace hansard::segments {

TEST_CASE("every exported event under the last checkpoint comes with a proof that verifies") {
  TempFolder folder;
  const std::string data = folder / "data";
  support::ManualClock clock;
  make_log(data, 120);
  {
    log::OpenReport report;
    auto log = log::open_rocks_log(data, {}, report);
    REQUIRE(log.has_value());
    proof::ProofOptions options;
    options.data_folder = data;
    auto proofs = proof::Proofs::open(*log.value(), clock, options);
    REQUIRE(proofs.has_value());
    proofs.value()->step();
    REQUIRE(proofs.value()->checkpoint()->checkpoint.size == 120);
    const std::string later = event_record(121);  // not signed yet
    const std::string_view records[] = {later};
    REQUIRE(log.value()->append(base::kPartition, {120}, records) == log::AppendOutcome::appended);
  }
  ExportRequest request;
  request.data = data;
  request.out = folder / "case";
  request.filter.actors = {user_of_number(2)};
  request.proofs = ExportRequest::Proofs::with;
  auto report = export_log(request, clock);
  INFO((report.has_error() ? report.error().detail : ""));
  REQUIRE(report.has_value());
  const Manifest& manifest = report.value().manifest;
  REQUIRE(manifest.files.size() == 1);
  REQUIRE(manifest.files.front().proofs.has_value());
  CHECK(read_manifest(request.out).value().files == manifest.files);

  auto key = proof::VerifierKey::parse(manifest.verifier_key);
  REQUIRE(key.has_value());
  const std::string lines = bytes_in(request.out + "/" + manifest.files.front().proofs->name);
  CHECK(base::sha256(lines) == manifest.files.front().proofs->sha256);
  std::size_t count = 0;
  for (std::size_t at = 0; at < lines.size(); ++count) {
    const std::size_t end = lines.find('\n', at);
    auto proof = proof::parse_proof(lines.substr(at, end - at));
    REQUIRE(proof.has_value());
    auto checkpoint = proof::verify_proof(proof.value(), key.value());
    REQUIRE(checkpoint.has_value());
    CHECK(checkpoint.value().size == 120);
    at = end + 1;
  }
  // 121 is of the same actor and above the checkpoint.
  CHECK(manifest.events() == count + 1);
}

TEST_CASE("proofs are refused where nothing was ever signed") {
  TempFolder folder;
  make_log(folder / "data", 5);
  ExportRequest request;
  request.data = folder / "data";
  request.out = folder / "case";
  request.proofs = ExportRequest::Proofs::with;
  support::ManualClock clock;
  CHECK(export_log(request, clock).error().detail.find("there is no signed checkpoint in") == 0);
}

TEST_CASE("with a filter proofs and attachments come by themselves, and are left out where they are not wanted") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 60);
  sign_log(data);
  support::ManualClock clock;
  ExportRequest request;
  request.data = data;
  request.out = folder / "case";
  request.filter.actors = {user_of_number(2)};
  auto evidence = export_log(request, clock);
  REQUIRE(evidence.has_value());
  CHECK_FALSE(evidence.value().manifest.checkpoint.empty());
  CHECK(evidence.value().manifest.attachments == Attachments{});

  request.out = folder / "bare";
  request.proofs = ExportRequest::Proofs::without;
  request.with_attachments = false;
  auto bare = export_log(request, clock);
  REQUIRE(bare.has_value());
  CHECK(bare.value().manifest.checkpoint.empty());
  CHECK_FALSE(bare.value().manifest.attachments.has_value());

  request = {};
  request.data = data;
  request.out = folder / "everything";
  auto everything = export_log(request, clock);
  REQUIRE(everything.has_value());
  CHECK(everything.value().manifest.checkpoint.empty());
  CHECK_FALSE(everything.value().manifest.attachments.has_value());
}

TEST_CASE("everything with its proofs is restored like everything without") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 60);
  sign_log(data);
  support::ManualClock clock;
  ExportRequest request;
  request.data = data;
  request.out = folder / "everything";
  request.proofs = ExportRequest::Proofs::with;
  auto everything = export_log(request, clock);
  REQUIRE(everything.has_value());
  REQUIRE(everything.value().manifest.files.front().proofs.has_value());
  RestoreRequest back;
  back.from = request.out;
  back.data = folder / "again";
  auto restored = restore(back);
  INFO((restored.has_error() ? restored.error().detail : ""));
  REQUIRE(restored.has_value());
  CHECK(records_in(back.data) == records_in(data));
}

namespace {
// As a full disk leaves an export: begun as `plan` was, with nothing in it.
void begin_again(const std::string& out, Manifest plan) {
  std::filesystem::create_directories(out + ".partial/segments");
  plan.files.clear();
  write_bytes(out + ".partial/export.journal", to_json(plan) + "\n");
}
}  // namespace

TEST_CASE("an export that was begun without proofs is not finished with them, nor the other way round") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 60);
  sign_log(data);
  support::ManualClock clock;
  ExportRequest with, without;
  with.data = without.data = data;
  with.out = folder / "with";
  without.out = folder / "without";
  with.proofs = ExportRequest::Proofs::with;
  const Manifest proven = export_log(with, clock).value().manifest, bare = export_log(without, clock).value().manifest;
  with.out = without.out = folder / "case";

  begin_again(folder / "case", bare);
  auto problem = export_log(with, clock);
  REQUIRE(problem.has_error());
  CHECK(problem.error().detail.find("begun without proofs: finish it with `--no-proofs`") != std::string::npos);
  begin_again(folder / "case", proven);
  problem = export_log(without, clock);
  REQUIRE(problem.has_error());
  CHECK(problem.error().detail.find("begun with proofs: finish it with `--proofs`") != std::string::npos);
  auto report = export_log(with, clock);
  REQUIRE(report.has_value());
  CHECK(report.value().manifest.files == proven.files);
}

TEST_CASE("an export that goes on proves under the checkpoint that it began with") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 60);
  sign_log(data);
  support::ManualClock clock;
  ExportRequest request;
  request.data = data;
  request.out = folder / "first";
  request.proofs = ExportRequest::Proofs::with;
  const Manifest first = export_log(request, clock).value().manifest;
  add_event(data, 61);
  sign_log(data);
  request.out = folder / "case";
  begin_again(request.out, first);
  auto report = export_log(request, clock);
  INFO((report.has_error() ? report.error().detail : ""));
  REQUIRE(report.has_value());
  CHECK(report.value().manifest.checkpoint == first.checkpoint);
  CHECK(report.value().manifest.files == first.files);
}

}  // namespace hansard::segments

// Whether an export is a move: what is restored of it goes on in the epoch of its store, so nobody may have written to
// that from the first look at it to the last.
#include <filesystem>

#include <catch2/catch.hpp>

#include "engine/log/rocks_log.h"
#include "replay/segments/exporter.h"
#include "replay/segments/restorer.h"
#include "tests/segments/segments_fixture.h"
#include "tests/support/manual_clock.h"

namespace fs = std::filesystem;

namespace hansard::segments {

namespace {
class MovedStore {
 public:
  MovedStore() { make_log(data, 60); }

  Manifest export_now(const std::function<void()>& meanwhile = [] {}) {
    ExportRequest request;
    request.data = data;
    request.out = out;
    bool is_first = true;
    request.on_progress = [&](std::uint64_t, std::uint64_t) {
      if (std::exchange(is_first, false)) meanwhile();
    };
    support::ManualClock clock;
    auto report = export_log(request, clock);
    INFO((report.has_error() ? report.error().detail : ""));
    REQUIRE(report.has_value());
    return report.value().manifest;
  }

  // As a full disk leaves an export of what is there now: begun, with nothing in it.
  void begin_export() {
    Manifest plan = export_now();
    fs::remove_all(out);
    fs::create_directories(out + ".partial/segments");
    plan.files.clear();
    write_bytes(out + ".partial/export.journal", to_json(plan) + "\n");
  }

  bool raises_epoch() {
    RestoreRequest request;
    request.from = out;
    request.data = folder_ / "again";
    auto report = restore(request);
    REQUIRE(report.has_value());
    return report.value().epoch_raised;
  }

 private:
  TempFolder folder_;

 public:
  const std::string data = folder_ / "data", out = folder_ / "out";
};
}  // namespace

TEST_CASE("an export that goes on where the store was left alone is a move") {
  MovedStore store;
  store.begin_export();
  CHECK(store.export_now().at_rest);
  CHECK_FALSE(store.raises_epoch());
}

TEST_CASE("an export that goes on after the store did is no move") {
  MovedStore store;
  store.begin_export();
  add_event(store.data, 61);
  const Manifest manifest = store.export_now();
  CHECK(manifest.to == Position{60});
  CHECK_FALSE(manifest.at_rest);
  CHECK(store.raises_epoch());
}

TEST_CASE("an export that goes on beside a server is no move") {
  MovedStore store;
  store.begin_export();
  log::OpenReport report;
  auto server = log::open_rocks_log(store.data, {}, report);
  REQUIRE(server.has_value());
  CHECK_FALSE(store.export_now().at_rest);
}

TEST_CASE("an export that began beside a server is no move") {
  MovedStore store;
  log::OpenReport report;
  auto server = log::open_rocks_log(store.data, {}, report);
  REQUIRE(server.has_value());
  store.begin_export();
  server.value().reset();
  CHECK_FALSE(store.export_now().at_rest);
}

TEST_CASE("an export during which a server wrote and stopped again is no move") {
  MovedStore store;
  const Manifest manifest = store.export_now([&] { add_event(store.data, 61); });
  CHECK(manifest.to == Position{60});
  CHECK_FALSE(manifest.at_rest);
  CHECK(store.raises_epoch());
}

TEST_CASE("an export during which a server started is no move") {
  MovedStore store;
  std::unique_ptr<log::EventLog> server;
  const Manifest manifest = store.export_now([&] {
    log::OpenReport report;
    server = std::move(log::open_rocks_log(store.data, {}, report).value());
  });
  REQUIRE(server != nullptr);
  CHECK_FALSE(manifest.at_rest);
}

}  // namespace hansard::segments

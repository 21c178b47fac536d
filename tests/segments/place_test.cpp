// Where exports, restores and backups are put: what cannot take their place is refused before anything is made.
#include <filesystem>

#include <catch2/catch.hpp>

#include "engine/backup/backup_folder.h"
#include "replay/segments/exporter.h"
#include "replay/segments/restorer.h"
#include "tests/segments/segments_fixture.h"
#include "tests/support/manual_clock.h"

namespace fs = std::filesystem;

namespace hansard::segments {

TEST_CASE("nothing is made where it could not be put in place") {
  TempFolder folder;
  const std::string data = folder / "data";
  make_log(data, 20);
  support::ManualClock clock;
  ExportRequest request;
  request.data = data;
  request.out = folder / "export";
  REQUIRE(export_log(request, clock).has_value());
  fs::create_directory(folder / "elsewhere");
  fs::create_directory_symlink(folder / "elsewhere", folder / "link");
  fs::create_symlink(folder / "nowhere", folder / "dangling");
  write_bytes(folder / "file", "");
  for (const std::string name : {"link", "dangling", "file"}) {
    INFO(name);
    const std::string place = folder / name;
    bool has_begun = false;
    request.out = place;
    RestoreRequest back;
    back.from = folder / "export";
    back.data = place;
    request.on_progress = back.on_progress = [&](std::uint64_t, std::uint64_t) { has_begun = true; };
    for (const base::Error& problem : {export_log(request, clock).error(), restore(back).error(),
                                       backup::make_offline_backup(data, place, false, clock).error()}) {
      CHECK(problem.code == base::ErrorCode::refused);
      CHECK(problem.detail.find(place + " is ") == 0);
    }
    CHECK_FALSE(has_begun);
    CHECK_FALSE(fs::exists(place + ".partial"));
    CHECK_FALSE(fs::exists(place + ".restoring"));
  }
}

}  // namespace hansard::segments

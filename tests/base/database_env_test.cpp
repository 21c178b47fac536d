#include "engine/base/database_env.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rocksdb/db.h>

#include "tests/support/temp_folder.h"

using namespace hansard;

namespace {
// Of the threads of this process that have this name.
std::vector<int> nicenesses_of(const std::string& name) {
  std::vector<int> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string comm;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, comm);
    const auto id = static_cast<id_t>(std::stoul(task.path().filename()));
    if (comm == name) found.push_back(::getpriority(PRIO_PROCESS, id));
  }
  return found;
}
constexpr int kNicest = 19;  // the tests may run nice themselves
}  // namespace

TEST_CASE("who merges tables goes behind everybody, who writes them behind those who answer") {
  const support::TempFolder folder;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.env = base::database_env();
  options.listeners.push_back(base::merges_go_behind());
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(options, folder / "db", &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (const char* value : {"old", "new"}) {
    REQUIRE(db->Put({}, "key", value).ok());
    REQUIRE(db->Flush({}).ok());
  }
  REQUIRE(db->CompactRange({}, nullptr, nullptr).ok());
  const auto nicer_by = [](int steps) { return std::min(::getpriority(PRIO_PROCESS, 0) + steps, kNicest); };
  const auto merging = nicenesses_of("rocksdb:low");
  REQUIRE_FALSE(merging.empty());
  CHECK(std::find(merging.begin(), merging.end(), nicer_by(10)) != merging.end());
  const auto writing = nicenesses_of("rocksdb:high");
  REQUIRE_FALSE(writing.empty());
  CHECK(std::find(writing.begin(), writing.end(), nicer_by(5)) != writing.end());
}

TEST_CASE("a database writes no trace of its own, and what it warns of is heard once") {
  const support::TempFolder folder;
  std::vector<std::string> heard;
  base::hear_databases([&](std::string_view said) { heard.emplace_back(said); });
  rocksdb::Options options;
  options.create_if_missing = true;
  options.info_log = base::database_logger();
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(options, folder / "db", &opened).ok());
  delete opened;
  CHECK_FALSE(std::filesystem::exists(folder / "db/LOG"));
  heard.clear();
  for (int i = 0; i < 3; ++i) {
    rocksdb::Warn(options.info_log, "no space for %d files\n", 7);
    rocksdb::Info(options.info_log, "all is well");
    rocksdb::Warn(options.info_log, "SST file opened without unique ID to verify");
  }
  rocksdb::Warn(options.info_log, "%s", std::string(5'000, 'x').c_str());
  base::hear_databases({});
  rocksdb::Warn(options.info_log, "nobody hears this");
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].find("no space for 7 files") != std::string::npos);
  CHECK(heard[0].back() == 's');
  CHECK(heard[1].size() < 1'100);
}

// Storage that fails under an open store ends the process with one sentence: what failed, where, and what helps.
#include <csignal>
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/faults/promises.h"
#include "tests/faults/tested_process.h"
#include "tests/support/temp_folder.h"

namespace hansard::faults {

namespace {
constexpr std::uint64_t kSeed = 5, kCommands = 120;

Ended run_anew(const std::string& work, const std::string& plan) {
  std::filesystem::remove_all(work);
  std::filesystem::create_directories(work + "/disk");
  Promises{}.save(work + "/promises");
  return run_process(work, {work + "/disk/data", work + "/promises", kSeed, kCommands}, plan);
}

// How many syncs of this part of the store a process makes before it has opened everything.
std::uint64_t syncs_of_opening(const Ended& ended, const std::string& part) {
  std::uint64_t syncs = 0;
  for (const Op& op : ended.journal) {
    if (op.kind == OpKind::note && op.bytes == kOpenNote) break;
    syncs += op.kind == OpKind::sync && op.path.find(part) != std::string::npos ? 1 : 0;
  }
  return syncs;
}
}  // namespace

TEST_CASE("a storage that fails ends the process with what failed, where, and what to do next") {
  struct Part {
    std::string path, what, next;
  };
  const Part parts[] = {
      {"data/views/chat/", "a view cannot be written", "start again once the disk works"},
      {"data/index/", "the write index cannot be written", "remove the folder: it is built from the log"},
      {"data/outbox/", "the progress of webhooks cannot be written", "move the folder away"},
      {"data/log/", "an append to the event log failed", "nothing is retried"},
  };
  support::TempFolder folder;
  const Ended sound = run_anew(folder / "work", "");
  REQUIRE(sound.status == 0);
  for (const Part& part : parts) {
    const std::string first = std::to_string(1 + syncs_of_opening(sound, part.path));
    const Ended ended = run_anew(folder / "work", "sync:" + first + "+:EIO:" + part.path);
    CAPTURE(part.path, first, ended.said);
    CHECK(ended.signal == SIGABRT);
    CHECK(ended.said.find("hansard stops: " + part.what + " (") != std::string::npos);
    CHECK(ended.said.find("/disk/" + part.path.substr(0, part.path.size() - 1)) != std::string::npos);
    CHECK(ended.said.find(part.next) != std::string::npos);
    CHECK(ended.said.find("CHECK failed") == std::string::npos);
  }
}

}  // namespace hansard::faults

// A second process appends and tells of each acknowledgement through a pipe until it is killed; then the log must hold
// everything that was told. On ordinary files a kill keeps what the kernel has, synced or not, so it cannot tell a real
// sync from none; on unsynced_storage() the kill is a power cut, and it can.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include <catch2/catch.hpp>

#include "engine/log/open_log.h"
#include "tests/log/damage_fixture.h"
#include "tests/log/faulty_storage.h"

extern char** environ;

namespace hansard::log {

namespace {
constexpr const char* kFolder = "HANSARD_TEST_APPENDER_FOLDER";
constexpr const char* kStorage = "HANSARD_TEST_APPENDER_STORAGE";
constexpr int kSyncsBeforeFailure = 30;

enum class Storage { ordinary, power_cut, power_cut_without_sync, failing_sync };

// A batch's size varies with the position, so that records end at every place in a block.
std::size_t batch_at(Position head) { return 1 + head.value * 7 % 40; }

struct Appender {
  pid_t process = 0;
  int acks = -1;
};

// Its standard error goes to `data`.stderr.
Appender start_appender(const std::string& data, Storage storage) {
  const std::string errors = data + ".stderr";
  int pipe_ends[2];
  REQUIRE(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  ::setenv(kFolder, data.c_str(), 1);
  ::setenv(kStorage, std::to_string(static_cast<int>(storage)).c_str(), 1);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 3);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  char name[] = "test_log", test[] = "appender process";
  char* arguments[] = {name, test, nullptr};
  Appender appender;
  REQUIRE(::posix_spawn(&appender.process, "/proc/self/exe", &actions, nullptr, arguments, environ) == 0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  appender.acks = pipe_ends[0];
  return appender;
}

struct Ended {
  Position acked;  // the last position told
  int signal = 0;
};

// Kills after `kill_at` acknowledgements; reads to the end of them.
Ended follow(const Appender& appender, int kill_at) {
  Ended ended;
  int count = 0;
  std::uint64_t acked = 0;
  while (::read(appender.acks, &acked, sizeof acked) == static_cast<ssize_t>(sizeof acked)) {
    ended.acked = {acked};
    if (++count == kill_at) ::kill(appender.process, SIGKILL);
  }
  int status = 0;
  ::waitpid(appender.process, &status, 0);
  ::close(appender.acks);
  ended.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return ended;
}

void expect_everything_acknowledged(const std::string& data, Position acked) {
  auto log = open_log(data).log;
  REQUIRE(log->durable(base::kPartition) >= acked);
  expect_records(*log, log->durable(base::kPartition).value);
}

void kill_in_cycles(Storage storage) {
  TempFolder temp;
  for (int cycle = 0; cycle < 6; ++cycle) {
    CAPTURE(cycle);
    Ended ended = follow(start_appender(temp / "data", storage), 20 + 37 * cycle);
    REQUIRE(ended.signal == SIGKILL);
    expect_everything_acknowledged(temp / "data", ended.acked);
  }
}

LogOptions appender_options() {
  LogOptions options = quiet_options();
  options.witness_interval_ms = 1;
  options.write_buffer_bytes = 128u << 10;  // so that kills also meet flushes
  options.wal_bytes_max = 256u << 10;
  return options;
}
}  // namespace

// Not a test of its own: what start_appender runs.
TEST_CASE("appender process", "[.]") {
  const char* folder = std::getenv(kFolder);
  const char* kind = std::getenv(kStorage);
  if (folder == nullptr || kind == nullptr) return;
  auto storage = static_cast<Storage>(std::atoi(kind));
  auto unsynced = unsynced_storage();
  auto failing = storage_failing_after(kSyncsBeforeFailure);
  StorageSetup setup;
  if (storage == Storage::power_cut || storage == Storage::power_cut_without_sync) setup.env = unsynced.get();
  if (storage == Storage::failing_sync) setup.env = failing.get();
  setup.sync_appends = storage != Storage::power_cut_without_sync;
  OpenReport report;
  auto log = open_log_on(folder, appender_options(), setup, report);
  REQUIRE(log.has_value());
  for (;;) {
    append(*log.value(), batch_at(log.value()->durable(base::kPartition)));
    std::uint64_t acked = log.value()->durable(base::kPartition).value;
    if (::write(3, &acked, sizeof acked) != static_cast<ssize_t>(sizeof acked)) return;
  }
}

TEST_CASE("nothing acknowledged is lost when the process is killed while it appends") {
  kill_in_cycles(Storage::ordinary);
}

TEST_CASE("nothing acknowledged is lost when the power is cut") { kill_in_cycles(Storage::power_cut); }

TEST_CASE("a log that does not sync is found out by a power cut") {
  TempFolder temp;
  Ended ended = follow(start_appender(temp / "data", Storage::power_cut_without_sync), 50);
  REQUIRE(ended.signal == SIGKILL);
  OpenReport report;
  auto log = open_rocks_log(temp / "data", quiet_options(), report);
  const bool is_lost = log.has_error() || log.value()->durable(base::kPartition) < ended.acked;
  REQUIRE(is_lost);
}

TEST_CASE("a failed sync stops the process with one line, and what was acknowledged before is kept") {
  TempFolder temp;
  Ended ended = follow(start_appender(temp / "data", Storage::failing_sync), 1'000'000);
  REQUIRE(ended.signal == SIGABRT);
  REQUIRE(ended.acked > Position{0});
  const std::string errors = read_file(temp / "data.stderr");
  CAPTURE(errors);
  REQUIRE(
      errors.starts_with("hansard stops: an append to the event log failed (" + (temp / "data/log") + "): IO error"));
  REQUIRE(errors.find('\n') == errors.size() - 1);
  expect_everything_acknowledged(temp / "data", ended.acked);
}

}  // namespace hansard::log

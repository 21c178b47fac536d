#include "engine/base/this_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <rocksdb/perf_level.h>

using namespace hansard::base;

namespace {
int niceness_of_caller() { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); }

struct Seen {
  std::string name;
  int niceness = 0, policy = -1;
};

Seen seen_of(const char* name) {
  Seen seen;
  std::thread([&] {
    begin_thread(name);
    char text[16];
    ::pthread_getname_np(::pthread_self(), text, sizeof text);
    seen = {text, niceness_of_caller(), ::sched_getscheduler(0)};
  }).join();
  return seen;
}
constexpr int kNicest = 19;  // the tests may run nice themselves
}  // namespace

TEST_CASE("a thread has its name, and everybody's niceness") {
  CHECK(seen_of("fifteen letters").name == "fifteen letters");
  CHECK(seen_of("sequencer").niceness == niceness_of_caller());
  CHECK(seen_of("io").niceness == niceness_of_caller());
  CHECK(seen_of("io").policy == SCHED_OTHER);
}

TEST_CASE("RocksDB counts nothing of a thread") {
  CHECK(rocksdb::GetPerfLevel() != rocksdb::PerfLevel::kDisable);
  auto level = rocksdb::PerfLevel::kUninitialized;
  std::thread([&] {
    begin_thread("projector");
    level = rocksdb::GetPerfLevel();
  }).join();
  CHECK(level == rocksdb::PerfLevel::kDisable);
}

TEST_CASE("a thread behind the log comes after those somebody waits for, and changes nobody else") {
  const int before = niceness_of_caller();
  const auto nicer_by = [before](int steps) { return std::min(before + steps, kNicest); };
  CHECK(seen_of("projector").niceness == nicer_by(5));
  CHECK(seen_of("search writer").niceness == nicer_by(5));  // somebody sees their lag
  CHECK(seen_of("rocksdb:low").niceness == nicer_by(10));   // and nobody that of a merge
  CHECK(seen_of("projector").policy == SCHED_BATCH);
  CHECK(niceness_of_caller() == before);
  CHECK(::sched_getscheduler(0) == SCHED_OTHER);
}

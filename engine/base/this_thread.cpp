#include "engine/base/this_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string_view>

#include "engine/base/database_env.h"
#include "engine/base/processors.h"

namespace hansard::base {

namespace {
struct Behind {
  std::string_view name;
  int niceness;  // more than the process's: of a busy processor such a thread gets what is left, as setpriority(2)
                 // weighs it
  bool keeps_off = false;  // the processor that is kept free, always
};

// When it wakes up it does not take the core from whom it finds there, who has just woken it: the sequencer with
// answers to give.
void wait_for_turn() {
  const sched_param none{};
  ::sched_setscheduler(0, SCHED_BATCH, &none);
}

constexpr Behind kBehind[] = {
    {"projector", 5},  // own reads wait for it
    {"past reader", 5},
    {"search writer", 5},
    {"index folder", 5},        // keeps off until the sequencer waits for it
    {"rocksdb:high", 5, true},  // flushes
    {"proof hashing", 10, true},
    {"rebuilder", 10, true},
    {"rocksdb:low", 10, true},  // merges
};
}  // namespace

// On Linux the niceness of PRIO_PROCESS is one thread's.
void begin_thread(const char* name) {
  count_nothing_here();
  ::pthread_setname_np(::pthread_self(), name);
  for (const Behind& one : kBehind) {
    if (one.name != name) continue;
    wait_for_turn();
    const auto id = static_cast<id_t>(::gettid());
    ::setpriority(PRIO_PROCESS, id, ::getpriority(PRIO_PROCESS, id) + one.niceness);
    if (one.keeps_off) keep_off_free_processor(::gettid());
  }
}

}  // namespace hansard::base

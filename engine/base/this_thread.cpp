#include "engine/base/this_thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string_view>

namespace hansard::base {

namespace {
struct Behind {
  std::string_view name;
  int niceness;  // more than the process's: of a busy processor such a thread gets what is left, as setpriority(2)
                 // weighs it
};
constexpr Behind kBehind[] = {
    {"projector", 5},  // own reads wait for it
    {"search writer", 10},
    {"proof hashing", 10},
    {"rebuilder", 10},
};
}  // namespace

// On Linux the niceness of PRIO_PROCESS is one thread's.
void begin_thread(const char* name) {
  ::pthread_setname_np(::pthread_self(), name);
  for (const Behind& one : kBehind) {
    if (one.name != name) continue;
    const auto id = static_cast<id_t>(::gettid());
    ::setpriority(PRIO_PROCESS, id, ::getpriority(PRIO_PROCESS, id) + one.niceness);
  }
}

}  // namespace hansard::base

// The threads of the house, as the operating system knows them: their names, and how they share a processor that is
// busy (docs/adr/0051), and which of them keep off the one that is kept free (processors.h).
//
// Thread: any; concerns only the caller.
#pragma once

#include <utility>

namespace hansard::base {

// How a thread begins. `name`: at most 15 bytes, what `top -H`, perf and debuggers show. A thread whose work somebody
// waits for has the niceness of the process. Threads behind the log are nicer, each by its own amount
// (this_thread.cpp), and have the policy SCHED_BATCH. RocksDB keeps no performance counters of any.
void begin_thread(const char* name);

// `step`, which a thread of its own calls again and again, as one that begins that thread with its first call.
template <class Step>
auto in_thread(const char* name, Step step) {
  return [name, step = std::move(step), has_begun = false]() mutable {
    if (!std::exchange(has_begun, true)) begin_thread(name);
    return step();
  };
}

}  // namespace hansard::base

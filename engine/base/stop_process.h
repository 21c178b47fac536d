// The only answer to a write, a sync or a read of the own storage that failed: one line on standard error and abort
// (of a tool: exit). Nothing is retried — a sync that is tried again can report success for pages the kernel has
// already dropped — and what was kept is decided by the next start, whose path is tested every day.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace hansard::base {

// The words of one sentence: "hansard stops: WHAT (WHERE): REASON; NEXT".
struct StorageFailure {
  std::string_view what;   // "an append to the event log failed"
  std::string_view where;  // a path
  std::string reason;      // as the system or the library says it
  std::string_view next =
      "nothing is retried, the next start decides what was kept";  // and what helps, if it needs help
};
[[noreturn]] void stop_process(const StorageFailure& failure);

// Of a tool: from now on stop_process ends it with this status (and what std::at_quick_exit was given), not by abort.
// Thread: main, before others begin.
void stop_with_status(int status);

}  // namespace hansard::base

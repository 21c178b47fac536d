// Starts the process under test (child.h) on a disk of its own and waits for its end.
//
// Thread: one process at a time for each folder.
#pragma once

#include <string>
#include <vector>

#include "tests/faults/child.h"
#include "tests/faults/disk_journal.h"

namespace hansard::faults {

struct Ended {
  int status = -1;  // of the exit; -1: a signal
  int signal = 0;
  std::string said;  // on standard error
  std::vector<Op> journal;
};

// The disk is `work`/disk; the journal and what the process says stand beside it.
Ended run_process(const std::string& work, const ChildOrder& order, const std::string& plan = "");

}  // namespace hansard::faults

// The views of RocksDB (views/<name>/v<n>): the checkpoint is of this log and at or below its durable position (I3),
// the digest is that of the rows (I7), and, when asked to go deep, every row is what a fold of the log up to the
// checkpoint gives (I8). And, likewise, the write index.
//
// Thread: one. Disk: a deep check folds into the scratch folder, which then holds as much as the view.
#pragma once

#include "replay/verify/findings.h"
#include "replay/verify/store.h"

namespace hansard::verify {

void check_views(const Store& store, Findings& findings);
void check_index(const Store& store, Findings& findings);

}  // namespace hansard::verify

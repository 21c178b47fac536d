// The search file: the structure of its pages (SQLite's own check), its checkpoint (I3), the digest of its texts from
// the rows (I7), and, when asked to go deep, every text, tag and indexed word against a fold of the log (I8). That its
// bytes are those that were closed is the seal's business (database_files.h).
//
// SQLite opens a file in WAL mode for reading by making files beside it: so a file that was closed cleanly is opened
// as one that nobody writes, and one that was not is copied to the scratch folder with its WAL.
//
// Thread: one. Disk: a deep check indexes the log anew in the scratch folder.
#pragma once

#include "replay/verify/findings.h"
#include "replay/verify/store.h"

namespace hansard::verify {

void check_search(const Store& store, Findings& findings);

}  // namespace hansard::verify

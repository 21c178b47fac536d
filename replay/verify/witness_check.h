// The tail witness against the log: both of its slots, the bytes between them, of this cluster and epoch, its durable
// position at or below the end of the log (I3) - and at the end after a clean close.
//
// Thread: one.
#pragma once

#include "replay/verify/findings.h"
#include "replay/verify/store.h"

namespace hansard::verify {

void check_witness(const Store& store, Findings& findings);

}  // namespace hansard::verify

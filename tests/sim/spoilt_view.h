// The chat view with a defect that is planted in its fold (bugs.h). Its rows are whole, their digest is right, and it
// is folded anew with the same defect: only who knows what the rows should say can find it.
//
// Thread: as projections::chat_kind.
#pragma once

#include "projections/view_kind.h"
#include "tests/sim/bugs.h"

namespace hansard::sim {

// As it is, where the defect is none of its own.
const projections::ViewKind& chat_kind_with(Bug bug);

}  // namespace hansard::sim

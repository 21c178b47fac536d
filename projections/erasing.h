// An erasure folded: everything that was derived from what is erased goes from the rows, and from their older versions.
//
// Law: folding a log whose records were erased equals folding the original up to the event of the erasure. So a record
// without content folds as one with it, except for what is said in it: a message stays live, and counts, until the
// event that erases it; that event then removes whatever only the content told. tests/projections/erasure_law_test.cpp.
// Thread: the projector's.
#pragma once

#include "projections/projection.h"

namespace hansard::projections::erasing {

// What an administrator asked for, and how far it is.
void fold(Folding& folding, const domain::ErasureRequested& body);
void fold(Folding& folding, const domain::ErasureCompleted& body);
void fold(Folding& folding, const domain::HoldPlaced& body);
void fold(Folding& folding, const domain::HoldReleased& body);
void fold(Folding& folding, const domain::HoldConflict& body);
template <class Other>
void fold(Folding&, const Other&) {}

void count_erased(Folding& folding, const base::ErasureId& erasure);
// Of the message's versions in its rows, every text goes; and who reacted to it.
void forget_message(Folding& folding, const domain::MessageFacts& facts);
// What a user put under a message, all of it.
void forget_reactor(Folding& folding, const domain::ReactionRemoved& body);

}  // namespace hansard::projections::erasing

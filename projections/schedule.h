// Messages that wait for their time, folded: the message, its author's list and the order in which they are due. One
// whose content was erased goes on waiting without it, so that its time comes and ends it.
//
// Thread: the projector's.
#pragma once

#include "projections/projection.h"

namespace hansard::projections::schedule {

void fold(Folding& folding, const domain::SendScheduled& body);
void fold(Folding& folding, const domain::ScheduleCancelled& body);
template <class Other>
void fold(Folding&, const Other&) {}

// It was sent or cancelled. Nothing when it does not wait.
void end(Folding& folding, const MessageId& message);

}  // namespace hansard::projections::schedule

// What users say of themselves and of each other, folded: profiles, blocks and when they were last seen. The latest
// event counts. A profile whose content was erased leaves nothing.
//
// Thread: the projector's.
#pragma once

#include "projections/projection.h"

namespace hansard::projections::people {

void fold(Folding& folding, const domain::ProfileUpdated& body);
void fold(Folding& folding, const domain::UserBlocked& body);
void fold(Folding& folding, const domain::UserUnblocked& body);
void fold(Folding& folding, const domain::UserSeen& body);
void fold(Folding& folding, const domain::UserErased& body);
template <class Other>
void fold(Folding&, const Other&) {}

}  // namespace hansard::projections::people

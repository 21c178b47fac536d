// What others do to a message, folded: replies that count, and reactions. Both stand in one row beside the message, so
// that a page of history finds them on its way and a message nobody answered costs nothing.
//
// A reaction whose emoji was erased, or that stands under a message no longer live, leaves nothing; one taken back
// without an emoji takes back all of the user's (erasing.h).
// Thread: the projector's.
#pragma once

#include "projections/projection.h"

namespace hansard::projections::standing {

void fold(Folding& folding, const domain::ReactionAdded& body);
void fold(Folding& folding, const domain::ReactionRemoved& body);
template <class Other>
void fold(Folding&, const Other&) {}

// `facts` are of the reply; without reply_to nothing changes.
void add_reply(Folding& folding, const domain::MessageFacts& facts);
void remove_reply(Folding& folding, const domain::MessageFacts& facts);
// The message is no longer live.
void drop_reactions(Folding& folding, const domain::MessageFacts& facts);

}  // namespace hansard::projections::standing

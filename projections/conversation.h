// The conversation view's part of folding an event: conversations, members, messages with all their versions, threads
// and streams. Called by projection.cpp after the unread part, with the checks passed; leaves writing
// `folding.conversation` to it.
//
// Thread: the projector's.
#pragma once

#include "projections/projection.h"

namespace hansard::projections::conversation {

void fold(Folding& folding, const domain::ConversationCreated& body);
void fold(Folding& folding, const domain::ConversationUpdated& body);
void fold(Folding& folding, const domain::ConversationClosed& body);
void fold(Folding& folding, const domain::MemberAdded& body);
void fold(Folding& folding, const domain::MemberRemoved& body);
void fold(Folding& folding, const domain::MemberRoleChanged& body);
void fold(Folding& folding, const domain::MessageSent& body);
void fold(Folding& folding, const domain::MessageEdited& body);
void fold(Folding& folding, const domain::MessageDeleted& body);
void fold(Folding& folding, const domain::MessageExpired& body);
void fold(Folding& folding, const domain::MessageErased& body);
void fold(Folding& folding, const domain::ConversationErased& body);
template <class Other>
void fold(Folding&, const Other&) {}  // readers' events are the unread part's

// The row of the event in its stream. `ordinal` of the message, 0 for other events.
void fold_stream(Folding& folding, Ordinal ordinal);

}  // namespace hansard::projections::conversation

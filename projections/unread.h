// The unread view's part of folding an event, and the law (API.md section 3): a message counts for a user when it is
// another's, not of type system, not deleted, expired or erased, and its ordinal is above `base`, where base is
// marked_from - 1, or read_up_to without a marker, and never below what settings.history hides from him. Mentions: the
// same, where the message also mentions the user and the mention counts; once per message.
//
// No write per member on a send. Ordinals are dense, so for a member
//   unread = (last - base) - system above base - sent by him above base
//            - (departed above base - his own departed above base)
// where departed are the deleted, expired and erased that are not system. Each term is a set of ordinal_set.h. (System
// messages that departed are kept as a set too: retention passes over what is gone.)
//
// Thread: fold on the projector's; the law on any, over its own snapshot.
#pragma once

#include "projections/projection.h"
#include "projections/queries.h"

namespace hansard::projections::unread {

void fold(Folding& folding, const domain::ConversationCreated& body);
void fold(Folding& folding, const domain::MemberAdded& body);
void fold(Folding& folding, const domain::MessageSent& body);
void fold(Folding& folding, const domain::MessageEdited& body);
void fold(Folding& folding, const domain::MessageDeleted& body);
void fold(Folding& folding, const domain::MessageExpired& body);
void fold(Folding& folding, const domain::MessageErased& body);
void fold(Folding& folding, const domain::ReadAdvanced& body);
void fold(Folding& folding, const domain::DeliveredAdvanced& body);
void fold(Folding& folding, const domain::UnreadMarked& body);
void fold(Folding& folding, const domain::ConversationFlagged& body);
template <class Other>
void fold(Folding&, const Other&) {}

// Those for whom the message's mentions count: members then, not the author; ascending, each once.
std::vector<UserId> counted_mentions(const domain::MessageFacts& facts,
                                     const std::optional<domain::MessageContent>& content);

// A user in a conversation, as read from a snapshot.
struct Place {
  const ConversationId& conversation;
  const UserId& user;
  const ConversationRow& row;
  Ordinal base;
};
// `hidden` is domain::hidden_through.
Ordinal base_of(const ReaderView& reader, Ordinal hidden);
UnreadCount count(const RowSource& source, RowCursor& rows, const Place& place);
// The ordinals that count, ascending, at most `ordinals_max`. Costs a few reads per 1,024 ordinals it looks at.
std::vector<Ordinal> list(const RowSource& source, const Place& place, std::size_t ordinals_max);

}  // namespace hansard::projections::unread

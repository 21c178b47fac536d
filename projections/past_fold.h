// What folding an event keeps for the past (past_rows.h), called by the parts of the fold where they change the
// present; and what an erasure takes away again.
//
// Law: folding an erased log gives the same rows as folding the original and then the erasure. An erased message
// counted until the event that erased it, in either; but nobody reacted to it or was mentioned by it, as of any
// position. Its versions in the message table are not the business of this file (erasing.h). Thread: the projector's.
#pragma once

#include <span>

#include "projections/past_rows.h"
#include "projections/projection.h"

namespace hansard::projections::past {

// Title, metadata and settings are about to change: keeps them until this event. `about` is the row as it was.
void keep_about(Folding& folding, const ConversationId& id, const AboutRow& about);
// The user's membership, or his pointers, as this event leaves them.
void note_place(Folding& folding, const ConversationId& id, const UserId& user, const ReaderRow& now);
void note_reader(Folding& folding, const ConversationId& id, const UserId& user, const ReaderView& now);
// The message leaves the count of unread messages, or the live replies to another one.
void note_departed(Folding& folding, const domain::MessageFacts& facts);
void note_reply_departed(Folding& folding, const domain::MessageFacts& facts);
// The message no longer mentions these.
void note_unmentioned(Folding& folding, const domain::MessageFacts& facts, const std::vector<UserId>& users);
// The `number`th change of the message's reactions; it has an emoji.
template <class Reaction>
void note_reaction(Folding& folding, const Reaction& body, std::uint64_t number, bool added) {
  insert_row(folding, past_reaction_key(body.message, number),
             PastReactionRow{folding.event.position, added, body.user, body.content->emoji});
}
// None of them was the user's; what is left is numbered anew.
struct KeptReactions {
  std::uint64_t count = 0;
  Position last;
};
KeptReactions erase_reactor(Folding& folding, const MessageId& message, const UserId& user, std::uint64_t ever);

// The message is erased: call it after it has departed. `mentioned` are those for whom any version of it ever counted
// as a mention.
void erase_message(Folding& folding, const domain::MessageFacts& facts, std::span<const UserId> mentioned);
// Every title and metadata the conversation ever had.
void erase_about(Folding& folding, const ConversationId& id);

}  // namespace hansard::projections::past

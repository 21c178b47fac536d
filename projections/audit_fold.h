// The audit view: for every actor, conversation, message and event type the positions of its events
// (engine/event_subject.h). What happened there is not repeated: the log has it under the same position, so an erasure
// needs nothing here.
//
//   byte  table          key after the byte                       value
//   0x01  checkpoint     -                                        Checkpoint; the only row outside the digest
//   'A'   actors         user 0, block (posting_list.h)           PostingBlock
//   'C'   conversations  conversation 16, block                   PostingBlock
//   'M'   messages       message 16, position 8 down              empty: most messages have one event
//   'Y'   types          number of the type 2, block              PostingBlock
//
// A time is found by bisecting the log (times in it never go back), so no row keeps one.
//
// Thread: the projector's; plain functions.
#pragma once

#include "engine/base/result.h"
#include "engine/domain/events.h"
#include "projections/keys.h"
#include "projections/row_batch.h"

namespace hansard::projections {

Key actor_list(const UserId& actor);
Key conversation_list(const ConversationId& conversation);
Key type_list(std::uint16_t raw_type);
Key message_postings(const MessageId& message);  // the prefix of its rows
Key message_posting_key(const MessageId& message, Position at);

// As ViewKind::Apply says. Never fails: a list only needs the position.
base::Result<bool> apply_to_audit(const domain::RecordedEvent& event, RowBatch& rows);

}  // namespace hansard::projections

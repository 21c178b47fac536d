// For each conversation with a retention: which message is the oldest live one, and when its time is up. With it the
// messages that are due are found without looking at others. Nothing expires here; that is an event, which
// projections/process proposes.
//
// A send writes a row only where its message is the only live one of the conversation.
// Thread: the projector's.
#pragma once

#include "projections/projection.h"

namespace hansard::projections::retention {

// A live message came.
void note_sent(Folding& folding, const domain::MessageFacts& facts);
// A message is no longer live; the departed sets know it.
void note_departed(Folding& folding, const domain::MessageFacts& facts);
// The conversation's settings may have changed; `before` is the retention it had.
void note_settings(Folding& folding, const ConversationId& id, std::uint32_t before_s);

// The moment a message sent then is due, where there is a retention.
inline Timestamp due_at(Timestamp sent_at, const domain::Settings& settings) {
  return {sent_at.ms + std::int64_t{settings.retention_s} * 1'000};
}

}  // namespace hansard::projections::retention

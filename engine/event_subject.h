// What an event is about: the conversation and the message its facts name, whichever stream it is in. A read is about
// its conversation, an erasure or a legal hold about the one it is of. Filters of the feed, the audit view, exports and
// replays share it.
//
// A forward is about the conversation it was sent to, not the one its text came from.
// Thread: any; plain values.
#pragma once

#include <optional>

#include "engine/domain/events.h"

namespace hansard::engine {

struct EventSubject {
  std::optional<domain::ConversationId> conversation;
  std::optional<domain::MessageId> message;
  bool operator==(const EventSubject&) const = default;
};
EventSubject subject_of(const domain::RecordedEvent& event);

}  // namespace hansard::engine

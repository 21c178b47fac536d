// Streams of users beside conversations whose ids anybody may choose. A user's stream is a hash that anybody can
// compute (base::stream_of_user), and somebody may have made a conversation of that id before the user had a stream:
// the conversation keeps it, and his events go to the one aside.
//
// Invariant: no two of them share a stream. A conversation is not made where a stream is (decide_conversation.cpp), no
// client makes ids of UUID version 8, and those that are derived are hashes of something else.
// Thread: any; pure functions.
#pragma once

#include "engine/base/ids.h"
#include "engine/domain/events.h"

namespace hansard::domain {

// Of one user's stream; else of a conversation's or the system's.
bool is_of_user(const EventBody& body);

// The same bytes as a UUID of version 8 (RFC 9562 section 5.8).
base::StreamId stream_aside(base::StreamId taken);

}  // namespace hansard::domain

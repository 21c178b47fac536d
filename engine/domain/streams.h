// Keeps the streams of users apart from those of conversations, whose ids clients may choose. A user's stream is a hash
// that anybody can compute (base::stream_of_user), so somebody may have made a conversation under that id before the
// user had any event. Then the conversation keeps the stream, and the user's events go to a second one.
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

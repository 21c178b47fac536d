// An event as JSON, the one form of API.md section 2 for the feed, its files and the auditor's tools:
//
//   {"position","stream","version","type","schema","time","actor","command_id","facts","content"}
//
// `position` in wire form (engine/base/position_text.h); `stream` is the conversation's id, a hash of the user's id, or
// the nil UUID for the system; `actor` null for the server itself; `command_id` the 32 hex digits of the keyed hash,
// null where the caller gave no key. `facts` is an object per type with the wire's names. `content` is what an erasure
// takes away: null once it did, absent for types that have none. A type this build does not know is "unknown", with its
// number as "type_number", facts null and no content.
//
// The text of every type is kept in tests/golden/events-v1: members may be added, never renamed or taken away.
// Thread: any; plain functions.
#pragma once

#include <cstdint>
#include <string>

#include "engine/domain/events.h"

namespace hansard::engine {

// Appends the object, minified. `epoch` is the log's.
void append_event_json(std::string& out, const domain::RecordedEvent& event, std::uint32_t epoch);
// "message.sent" and the like, or "unknown".
std::string_view event_type_name(const domain::RecordedEvent& event);

}  // namespace hansard::engine

// The two FlatBuffers tables of a record's body (schemas/facts.fbs, schemas/content.fbs). The record around them is
// codec.cpp's; this is the only door to generated code.
//
// Invariants: a table is verified as a whole before a field is read; writing the same event gives the same bytes.
// Thread: any; each thread has builders of its own.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/domain/events.h"

namespace hansard::codec {

using base::Result;

// Appends the facts table of `body` to `out`.
void append_facts(const domain::UserId& actor, const domain::EventBody& body, std::string& out);
// Appends the content table; nothing for a type without content, and where the content is absent.
void append_content(const domain::EventBody& body, std::string& out);
// Whether `body` is of a type with content, and its content is absent.
bool lacks_content(const domain::EventBody& body);

// Fills actor and body of `event` by its raw_type; a type this build does not know gives the actor alone.
// `corrupt` for a table that does not verify, `unsupported` for an enum number this build does not know.
Result<void> read_facts(std::string_view table, domain::RecordedEvent& event);
// Fills the content of `body`; `table` is empty exactly for types without content.
Result<void> read_content(std::string_view table, domain::EventBody& body);

}  // namespace hansard::codec

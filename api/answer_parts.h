// What the two ways of answering a command share: from its own events, and from the views. Private to api/answers*.
#pragma once

#include <string>

#include "api/answers.h"

namespace hansard::api {

// "position" and what else is the same for every answer, after the resource's own members; closes the object.
void append_place(std::string& out, const engine::Done& done, std::uint32_t epoch);
AnswerBody answer_of(const engine::Done& done, std::string body, std::string etag = {});
std::string quoted(base::Version version);
// Of a resource that is not as the command left it any more, or that the views do not show yet. What belongs to no
// conversation has no id here.
AnswerBody ids_only(const engine::Done& done, std::uint32_t epoch);
// Adds "changed": false to a rendered object; a change goes without saying.
void note_unchanged(std::string& object, const engine::Done& done);
AnswerBody conversation_answer(const projections::ListEntry& entry, const engine::Done& done, std::uint32_t epoch);
AnswerBody pointers_answer(const projections::ReaderView& reader, projections::UnreadCount count,
                           const engine::Done& done, std::uint32_t epoch);
// The same in short, so that it needs no views where the pointer moved.
AnswerBody delivered_answer(base::Ordinal up_to, const engine::Done& done, std::uint32_t epoch);
// The first: what follows it (a notice) tells of it. Null for none.
const domain::RecordedEvent* main_event(const engine::Done& done);

}  // namespace hansard::api

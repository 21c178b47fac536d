// Answers that show a resource as it stood at the position of a command, read from the past: a member as the command
// left him; and for a repeated command a conversation or pointers as they were answered the first time, since both go
// on changing by what others do. Where the resource itself was changed since, the answer has ids only (API.md section
// 1, "One effect"). For messages answers.cpp sees by their version whether that is so.
//
// Thread: any, one at a time; what was unread then may take long to count (past_reader.h).
#pragma once

#include "api/answer_parts.h"

namespace hansard::api {

bool is_answered_from_past(const domain::Command& command, const engine::Done& done);
// The snapshot has reached done.position.
AnswerBody answer_from_past(const projections::Snapshot& snapshot, const domain::Command& command,
                            const domain::Caller& caller, const engine::Done& done, std::uint32_t epoch);

}  // namespace hansard::api

// Answers out of the past: a member as a command left him, and the repeats of commands whose resource goes on changing
// by what others do, a conversation and pointers, as they were first answered. Where the resource itself was changed
// since, ids only (API.md section 1, "One effect"). A message tells by its version whether it was: answers.cpp.
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

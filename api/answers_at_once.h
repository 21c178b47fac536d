// Answers from a command's own events, without asking a view: sends, and all that only have positions to tell. The hot
// path.
//
// Thread: any; plain functions.
#pragma once

#include <cstdint>
#include <optional>

#include "api/answer_parts.h"

namespace hansard::api {

bool is_rendered_at_once(const domain::Command& command, const engine::Done& done);
AnswerBody render_at_once(const engine::Done& done, std::uint32_t epoch);
// What was recorded although it is a no: a legal hold in the way of an erasure. Nothing for all else.
std::optional<Problem> refusal_in(const engine::Done& done);

}  // namespace hansard::api

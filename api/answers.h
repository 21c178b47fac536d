// A finished command as the body both doors answer with: the resource as the command left it, plus position and, for
// a conversation, version (API.md section 1, "Success" and "One effect").
//
// Thread: the io thread of the context.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "api/context.h"
#include "api/problem.h"

namespace hansard::api {

struct AnswerBody {
  int status = 200;  // 201 for creations
  bool replayed = false;
  std::string body;
  std::string etag;  // quoted version, "" for none
};

// True when the answer can be rendered from the command's own events without asking a view: sends, and all that only
// have positions to tell. The hot path.
bool is_rendered_at_once(const domain::Command& command, const engine::Done& done);
AnswerBody render_at_once(const engine::Done& done, std::uint32_t epoch);
// What was recorded although it is a no: a legal hold in the way of an erasure. Nothing for all else.
std::optional<Problem> refusal_in(const engine::Done& done);
// The rest: waits for the views to reach the position and reads the resource for the caller.
asio::awaitable<Answered<AnswerBody>> render_from_views(Context& context, domain::Command command,
                                                        domain::Caller caller, engine::Done done);

// What rendering needs of a command after it was moved into its submission: a send without its content.
domain::Command outline_of(const domain::Command& command);

}  // namespace hansard::api

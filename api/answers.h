// A finished command as the body both doors answer with: the resource as the command left it, plus position and, for
// a conversation, version (API.md section 1, "Success" and "One effect").
//
// Thread: the io thread of the context.
#pragma once

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

// What is not rendered at once (answers_at_once.h): waits for the views to reach the position and reads the resource
// for the caller.
asio::awaitable<Answered<AnswerBody>> render_from_views(Context& context, domain::Command command,
                                                        domain::Caller caller, engine::Done done);

// What rendering needs of a command after it was moved into its submission: a send without its content.
domain::Command outline_of(const domain::Command& command);

}  // namespace hansard::api

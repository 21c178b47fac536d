// What the router and the WebSocket sessions ask the rate limiter (rate_limiter.h), with the answer as a problem and
// the refusals counted. A context without a limiter limits nothing.
//
// Thread: the io thread of the context. Nothing here waits.
#pragma once

#include <optional>
#include <string_view>

#include "api/context.h"
#include "api/problem.h"

namespace hansard::api {

// One request or frame of a user: what his bucket holds after it, or 429. A service is exempt, its bucket always full.
// Nothing in the answer where users are not limited.
Answered<std::optional<Quota>> admit_user(Context& context, const base::UserId& subject, bool is_service);

// One request or frame of an address, whoever sent it: 429 beyond its rate.
[[nodiscard]] std::optional<Problem> refuse_address(Context& context, std::string_view peer);

// The thread has more to do than it can, and this is not let in: 503.
[[nodiscard]] std::optional<Problem> refuse_overload(Context& context);

// `user`, or a stranger (nothing), asks for something: others have to leave him his part of the thread.
void note_asking(Context& context, const base::UserId* user);
// `user` asks; 503 where others wait for what he has had done of late.
[[nodiscard]] std::optional<Problem> refuse_dear(Context& context, const base::UserId& user);

// A command that names more than kManyNames users, which costs the views far more than the log, while they are half of
// limits.ready_lag_bound_ms behind: 503. Services are exempt: they bring in what was elsewhere, and wait for the views
// themselves.
inline constexpr std::size_t kManyNames = 100;
[[nodiscard]] std::optional<Problem> refuse_many_names(Context& context, const domain::Command& command,
                                                       const domain::Caller& caller);

// `problem` is why somebody could not be authenticated. It becomes a 429 while the address has failed too often.
Problem failed_authentication(Context& context, std::string_view peer, Problem problem);

}  // namespace hansard::api

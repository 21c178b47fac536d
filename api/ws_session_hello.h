// The frames a session says of itself, and why it is refused.
//
// Thread: any; plain functions.
#pragma once

#include <string>
#include <string_view>

#include "api/auth.h"
#include "api/limits.h"
#include "api/problem.h"

namespace hansard::api {

std::string hello_frame(std::string_view session_id, const base::UserId& user, std::uint32_t epoch,
                        base::Position position, const Limits& limits);
// With "re" where the ping had an id.
std::string pong_frame(std::string_view id_json);
// The position to resume from is not of this log: everything is to be fetched again.
std::string gap_frame(std::uint32_t epoch);
// What an `auth` frame is answered: {"user_id","expires_at"}.
std::string auth_data(const Identity& identity);
Problem too_many_sockets();

}  // namespace hansard::api

// What a simulated client reads, and what the model says it must have read at the position the answer names.
//
// Thread: any; plain functions and values.
#pragma once

#include <cstdint>
#include <string>

#include "api/http_types.h"
#include "engine/base/json.h"
#include "tests/sim/chance.h"
#include "tests/sim/model.h"

namespace hansard::sim {

enum class LookKind : std::uint8_t { history, later, message, members, unread, explain, list, details };

struct Look {
  LookKind kind{};
  std::string user;
  std::string conversation;
  std::uint64_t ordinal = 0;  // of `message`; `later` begins after it
  std::string message;
  std::uint64_t limit = 0;
  Place at_least = 0;  // what the user was told before, so the answer stands for no less

  // Of the past (past_look.h), which only kAuditor may ask for.
  Place as_of = 0;            // 0: of now
  std::int64_t as_of_ms = 0;  // asked for by this time; 0: by the position
  std::string about;          // whose pointers
  Place asked_at = 0;         // how long the log was
};
inline constexpr char kAuditor[] = "auditor";

Look draw_look(Chance& chance, const Model& model, const std::string& user);
std::string describe(const Look& look);
api::Request request_of(const Look& look);
std::string header_of(const api::Response& response, std::string_view name);
// Throws a Violation where the model knows better.
void check_look(const Model& model, const Look& look, const api::Response& response, base::JsonParser& parser);

}  // namespace hansard::sim

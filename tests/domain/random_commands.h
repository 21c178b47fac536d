// Random commands over few conversations, messages and users, so that most of them hit something: the input of the
// domain's laws.
#pragma once

#include <cstdint>
#include <vector>

#include <rapidcheck.h>

#include "tests/domain/world.h"

namespace hansard::domain::testing {

// One step of a random history.
struct Step {
  Caller caller;
  Command command;
  std::int64_t passed_ms = 0;  // before the command; the clock goes back sometimes
};

// Where random histories begin: two groups, a direct and an external conversation of five users.
World lively_world();

rc::Gen<Command> any_command();
rc::Gen<Step> any_step();

// Equal in everything that a decision says.
bool is_same_decision(const Decision& a, const Decision& b);

}  // namespace hansard::domain::testing

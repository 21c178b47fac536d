// What an auditor reads of the past (`as_of` a position or a time), and what the model remembers of it. He is no member
// of anything. Every answer is on record, as an event, before it is given.
//
// Thread: any; plain functions and values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/look.h"

namespace hansard::sim {

// Anything that was there, as of any place at or below the end.
Look draw_past_look(Chance& chance, const Model& model, const std::vector<std::string>& users);
// The parameters that make a read one of the past.
std::string past_query(const Look& look);
// Throws a Violation. Where the answer stands; nothing: there was nothing to show, rightly.
std::optional<Place> check_past(const Model& model, const Look& look, const api::Response& response);

}  // namespace hansard::sim

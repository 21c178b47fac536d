// What is done to a server, each on one of its own (docs/RELIABILITY.md has the bars and what was seen).
#pragma once

#include <string>

#include "tests/overload/outcome.h"
#include "tests/overload/site.h"

namespace hansard::overload {

// More sends than it can take, for a while: it takes what it can, and refuses the rest at once.
Outcome rush(const std::string& binary, const Sizes& sizes);
// Sockets that never read, and some that sip, beside people who talk.
Outcome silent(const std::string& binary, const Sizes& sizes);
// Every socket cut at once, back within a second, again and again.
Outcome storm(const std::string& binary, const Sizes& sizes);
// Devices that resume from far back at once, beside people who talk.
Outcome resume(const std::string& binary, const Sizes& sizes);
// A conversation with thousands of members online, beside others.
Outcome great_room(const std::string& binary, const Sizes& sizes);

}  // namespace hansard::overload

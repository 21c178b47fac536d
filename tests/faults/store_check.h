// Does a store keep what it promised? Asked of an open store after a crash, and of its folder once it is stopped.
//
// Thread: one.
#pragma once

#include <string>
#include <variant>

#include "tests/faults/load.h"
#include "tests/faults/promises.h"
#include "tests/faults/whole_store.h"

namespace hansard::faults {

// A promise that was not kept, in a sentence.
struct Broken {
  std::string what;
};
// The store said that it cannot tell: an operating error. Where no call fails, that is broken as well.
struct Told {
  std::string what;
};
using Verdict = std::variant<std::monostate, Broken, Told>;
inline bool is_kept(const Verdict& verdict) { return verdict.index() == 0; }

// Every acknowledged command's records are where they were, unchanged; no command is there twice, in part or out of
// order; a few given again answer as before; the checkpoint that was shown is a prefix of the one shown now, signed by
// the same key; acknowledged events are proven by it; every file that an event names is there, byte for byte.
Verdict check_open(WholeStore& store, Load& load, const Promises& promises);
// Everything that `hansard-replay verify --deep` looks at: every view equals the fold of the log.
Verdict check_stopped(const std::string& data);

}  // namespace hansard::faults

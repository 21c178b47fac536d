// What a server's refusal means to who plays something into it: its problem document (RFC 9457) in words, and what to
// mend.
//
// Thread: any; plain functions.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "replay/client.h"

namespace hansard::replay {

// A problem's detail or title as a sentence, else the beginning of what was answered.
std::string reason_of(const ApiResponse& answer);
// Of an answer that ends everything. `io`: it helps to come again; `refused`: the sentence says what has to be mended.
base::Error refusal_of(const ApiResponse& answer);

}  // namespace hansard::replay

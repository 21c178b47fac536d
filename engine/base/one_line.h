// Sentences for operators are one line, whatever a library says in them.
//
// Thread: any; a plain function.
#pragma once

#include <string>

namespace hansard::base {

// Line breaks become spaces; none at the end.
std::string on_one_line(std::string text);

}  // namespace hansard::base

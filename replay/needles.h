// The forms in which given words may stand in a file: as they are, as JSON writes them, and as base 64 at each of the
// three places where they may begin in a group.
//
// Thread: any; plain functions. Limits: base 64 of words shorter than six bytes is left out: it is found by chance.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hansard::replay {

struct Needle {
  std::string bytes;
  std::string form;  // "as JSON"; "" as it is
  std::string text;  // what was given
};

std::vector<Needle> needles_of(const std::vector<std::string>& texts);

}  // namespace hansard::replay

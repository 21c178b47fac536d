// How the values of options are read, the same in every command: positions, whole numbers, words that are taken as they
// are.
//
// Thread: main.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/given_position.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hansard::replay {

// From 1 on; anything else is wrong usage, in a sentence. The log whose position it is says whether the epoch is its
// own (base::position_in).
CLI::Option* add_position_option(CLI::App& words, const std::string& name, std::optional<base::GivenPosition>& position,
                                 const std::string& help);

// An option that may be given again, each time with one value. It is taken whole and as it is: a comma, brackets or
// braces in it, which CLI11 would take for a list, are its own.
CLI::Option* add_values_option(CLI::App& words, const std::string& name, std::vector<std::string>& values,
                               const std::string& help);

// For every option of `words` and of its subcommands: a value that is empty is refused, as that of a variable of a
// script that is not set; and a whole number is decimal digits alone, where CLI11 reads 010 as eight and 0x10 as
// sixteen, as C does.
void tighten_values(CLI::App& words);

}  // namespace hansard::replay

#include "replay/option_values.h"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace hansard::replay {

namespace {
std::string refuse_empty(std::string& text) { return text.empty() ? "its value is empty" : ""; }

// Leading zeros say nothing; what is no number is left for the sentence below.
std::string make_decimal(std::string& text) {
  const bool is_decimal = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (!is_decimal) return "'" + text + "' is not a number in decimal digits";
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  return {};
}
}  // namespace

CLI::Option* add_position_option(CLI::App& words, const std::string& name, std::optional<base::GivenPosition>& position,
                                 const std::string& help) {
  const auto take = [name, &position](const std::string& text) {
    position = base::parse_given_position(text);
    if (position && position->position) return;
    throw CLI::ValidationError(name, "'" + text +
                                         "' is not a position: give a number from 1 on, or the 16 digits of "
                                         "the API");
  };
  return words.add_option_function<std::string>(name, take, help)->type_name("POSITION");
}

CLI::Option* add_values_option(CLI::App& words, const std::string& name, std::vector<std::string>& values,
                               const std::string& help) {
  const auto take = [&values](const CLI::results_t& given) {
    values = given;
    return true;
  };
  return words.add_option(name, take, help)->type_name("TEXT")->take_all()->allow_extra_args(false);
}

void tighten_values(CLI::App& words) {
  const CLI::Validator decimal(make_decimal, ""), given(refuse_empty, "");
  for (CLI::Option* option : words.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    option->transform(option->get_type_name().starts_with("UINT") ? decimal : given);
  }
  for (CLI::App* command : words.get_subcommands({})) tighten_values(*command);
}

}  // namespace hansard::replay

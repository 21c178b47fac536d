#include "replay/command_line.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/option_values.h"

namespace hansard::replay {

namespace {
// In the order of --help.
constexpr Command (*kCommands[])(CLI::App&) = {
    add_import,  add_check,  add_play,  add_export, add_restore, add_backup,
    add_rebuild, add_verify, add_proof, add_show,   add_diff,    add_erase_check,
};

bool wants_json(const CLI::App& words) {
  const auto* json = words.get_option_no_throw("--json");
  return (json != nullptr && json->count() > 0) ||
         std::ranges::any_of(words.get_subcommands(), [](const auto* inner) { return wants_json(*inner); });
}
}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{"Plays event history into a Hansard server and holds the server against it."};
  app.require_subcommand(1);
  app.footer(
      "Exit status: 0 done, and sound or equal; 1 refused, different, damaged or away; 2 wrong usage, such as a "
      "folder\n"
      "that is not there or holds no store, export or backup; 2 also when something may not be read.");
  std::vector<Command> commands;
  for (auto add : kCommands) commands.push_back(add(app));
  tighten_values(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  for (const Command& command : commands) {
    if (!*command.words) continue;
    if (wants_json(*command.words)) speak_json();
    return command.run();
  }
  return 2;
}

}  // namespace hansard::replay

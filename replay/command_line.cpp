#include "replay/command_line.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "engine/base/version.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/option_values.h"
#include "replay/quoting.h"

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

constexpr const char* kFooter =
    R"(Exit status: 0 done, and sound or equal; 1 refused, different, damaged or away; 2 wrong usage, such as a folder
that is not there or holds no store, export or backup; 2 also when something in it may not be read.
Examples:
  hansard-replay verify --data data --deep
  hansard-replay export --data data --out everything --attachments
  hansard-replay COMMAND --help)";

// The word where a command is expected and none of that name is; "" for none. What CLI11 says is that one is missing.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    const auto inner = at->get_subcommands([&](const CLI::App* words) { return words->get_name() == argv[i]; });
    if (inner.empty()) return at->get_subcommands([](const CLI::App*) { return true; }).empty() ? "" : argv[i];
    at = inner.front();
  }
  return "";
}

// What CLI11 says of the words, on one line, and where their help is.
std::string sentence(const CLI::App* app, const CLI::Error& problem) {
  std::string words = app->get_name();
  while (!app->get_subcommands().empty()) {
    app = app->get_subcommands().front();
    words += " " + app->get_name();
  }
  return "hansard-replay: " + one_line(problem.what()) + " (see " + words + " --help)\n";
}
}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{"Plays event history into a Hansard server and holds the server against it.", "hansard-replay"};
  app.set_version_flag("--version", "hansard-replay " + std::string(base::kVersion));
  app.footer(kFooter);
  app.require_subcommand(1);
  app.failure_message(sentence);
  std::vector<Command> commands;
  for (auto add : kCommands) commands.push_back(add(app));
  tighten_values(app);
  if (const std::string word = unknown_command(app, argc, argv); !word.empty()) {
    return refuse_usage("there is no command '" + one_line(word) + "'; see --help.");
  }
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

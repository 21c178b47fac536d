// The commands of `hansard-replay`, one file each (<name>_command.cpp): every one adds itself to the command line and
// says what it runs.
//
// Thread: main.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace hansard::replay {

struct Command {
  CLI::App* words;           // the subcommand as it was parsed
  std::function<int()> run;  // 0: done, nothing wrong; 1: refused, different, damaged or away; 2: wrong usage
};

Command add_import(CLI::App& app);
Command add_check(CLI::App& app);
Command add_play(CLI::App& app);
Command add_export(CLI::App& app);
Command add_restore(CLI::App& app);
Command add_backup(CLI::App& app);
Command add_rebuild(CLI::App& app);
Command add_verify(CLI::App& app);
Command add_proof(CLI::App& app);
Command add_show(CLI::App& app);
Command add_diff(CLI::App& app);
Command add_erase_check(CLI::App& app);

// What `proof verify` does, for other commands that are given a proof file.
int verify_proof_file(const std::string& proof, const std::string& key, bool json);

}  // namespace hansard::replay

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "engine/backup/backup_folder.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/file_options.h"
#include "replay/named_folder.h"
#include "replay/progress.h"

namespace hansard::replay {

namespace {
struct Options {
  std::string data, out;
  bool with_keys = false, json = false;
};

int run(const Options& given) {
  if (auto store = find_store(given.data, Reads::everything); !store) return refuse_usage(store.error().detail);
  const std::string out = without_slashes(given.out);
  std::optional<Patience> patience;
  patience.emplace("backup", given.json);
  auto made = backup::make_offline_backup(without_slashes(given.data), out, given.with_keys, base::system_clock());
  patience.reset();
  if (!made && made.error().code == base::ErrorCode::in_use) {
    return fail(made.error().detail + ", or let the server make it: POST /api/v1/admin/backups");
  }
  if (!made) return fail(made.error().detail);
  const backup::BackupManifest& manifest = made.value();
  if (given.json) {
    std::cout << backup::to_json(manifest);
    return 0;
  }
  std::printf("%s: everything up to position %llu, %llu attachments, %.1f MB%s\n", out.c_str(),
              static_cast<unsigned long long>(manifest.position.value),
              static_cast<unsigned long long>(manifest.attachments), static_cast<double>(manifest.bytes) / 1e6,
              manifest.with_keys ? ", and the keys: keep it as secret as the server" : "");
  std::printf("`hansard-replay restore --from %s` takes it.\n", out.c_str());
  std::printf("It is not verified, nothing of what was copied was read: `hansard-replay verify --backup %s` does so.\n",
              out.c_str());
  return 0;
}
}  // namespace

Command add_backup(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("backup", "copy a stopped server's log and attachments; links where it can");
  words->add_option("--data", options->data, "the data folder of a stopped server")->required()->type_name("DIR");
  words->add_option("--out", options->out, "the folder to make")->required();
  words->add_flag("--with-keys", options->with_keys, "also the per-user secrets, which undo the erasure of a user");
  words->add_flag("--json", options->json, "the outcome as one JSON object");
  words->footer("Example:\n  hansard-replay backup --data data --out backups/before-upgrade");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

#include "api/data_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "engine/base/folder_nesting.h"
#include "engine/log/log_presence.h"

namespace hansard::api {
namespace {

namespace fs = std::filesystem;

// docs/ARCHITECTURE.md, "On disk"; what begins with "log." is the log's too.
constexpr std::array<std::string_view, 10> kStoreNames = {"log",    "keys",   "index", "views",          "proofs",
                                                          "typing", "outbox", "files", "checkpoint.key", "demo-secret"};

std::vector<std::string> named_files(const Config& config, const std::optional<std::string>& config_file) {
  std::vector<std::string> files = {config.keys.secret_file, config.keys.jwks_file, config.tls.certificate,
                                    config.tls.key,          config.push.file,      config.push.ca_file,
                                    config_file.value_or("")};
  for (const auto& webhook : config.webhooks) files.insert(files.end(), {webhook.secret_file, webhook.ca_file});
  return files;
}

// What a script that starts the server may keep there.
constexpr std::array<std::string_view, 4> kBesideEndings = {".log", ".out", ".err", ".pid"};

bool is_store_name(std::string_view name) {
  return name.starts_with("log.") || std::ranges::find(kStoreNames, name) != kStoreNames.end();
}

// There is no log: what is in `log/` is somebody else's.
bool is_foreign_log(const fs::path& entry) {
  std::error_code problem;
  return entry.filename() == "log" && !fs::is_empty(entry, problem) && !problem;
}

bool is_beside(const fs::path& entry) {
  std::error_code problem;
  const std::string ending = entry.extension().string();
  return fs::is_regular_file(entry, problem) && std::ranges::find(kBesideEndings, ending) != kBesideEndings.end();
}

bool may_stay(const fs::path& entry, const std::vector<std::string>& named) {
  const std::string name = entry.filename().string();
  if (is_foreign_log(entry)) return false;
  if (name.starts_with('.') || name == "lost+found" || is_store_name(name) || is_beside(entry)) return true;
  return std::ranges::any_of(named, [&](const auto& file) { return base::is_within(file, entry.string()); });
}

std::string on_a_terminal(std::string name) {
  std::ranges::replace_if(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return name;
}

}  // namespace

base::Result<void> check_data_folder(const Config& config, const std::optional<std::string>& config_file) {
  const fs::path folder(config.data_folder);
  if (log::has_log(config.data_folder)) return base::success();
  const auto named = named_files(config, config_file);
  std::string stranger;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    const std::string name = at->path().filename().string();
    if (!may_stay(at->path(), named) && (stranger.empty() || name < stranger)) stranger = name;
  }
  if (stranger.empty()) return base::success();
  return base::error(base::ErrorCode::refused, "the folder " + config.data_folder +
                                                   " is not empty and holds no store: '" + on_a_terminal(stranger) +
                                                   "' is in it. Name an empty folder, or one that is not there yet");
}

}  // namespace hansard::api

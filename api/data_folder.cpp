#include "api/data_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "engine/base/folder_nesting.h"
#include "engine/log/log_presence.h"

namespace hansard::api {
namespace {

namespace fs = std::filesystem;

template <std::size_t N>
bool is_one_of(std::string_view name, const std::string_view (&names)[N]) {
  return std::ranges::find(names, name) != std::end(names);
}

bool is_number(std::string_view text, std::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

bool is_of_database(std::string_view name) {
  const std::size_t dot = std::min(name.find('.'), name.size());
  if (is_number(name.substr(0, dot), "0123456789")) return is_one_of(name.substr(dot), {".log", ".sst", ".dbtmp"});
  const bool is_written = name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-");
  return is_written || name.starts_with("SEAL") || name.starts_with("LOG") ||
         is_one_of(name, {"CURRENT", "IDENTITY", "LOCK"});
}

bool is_of_views(std::string_view name) { return is_one_of(name, {"chat", "audit", "search"}); }
bool is_of_proofs(std::string_view name) {
  return name == "v1" || name.starts_with("key") || name.starts_with("checkpoint");
}
bool is_of_files(std::string_view name) {
  return name == "incoming" || (name.size() == 2 && is_number(name, "0123456789abcdef"));
}

// docs/ARCHITECTURE.md, "On disk": the folders of a store, and the names in them. There is no log: what is in `log/` is
// somebody else's.
struct StoreFolder {
  std::string_view name;
  bool (*holds)(std::string_view);
};
constexpr std::array<StoreFolder, 8> kStoreFolders = {{{"log", [](std::string_view) { return false; }},
                                                       {"keys", is_of_database},
                                                       {"index", is_of_database},
                                                       {"views", is_of_views},
                                                       {"proofs", is_of_proofs},
                                                       {"typing", is_of_database},
                                                       {"outbox", is_of_database},
                                                       {"files", is_of_files}}};
constexpr std::array<std::string_view, 2> kStoreFiles = {"checkpoint.key", "demo-secret"};

std::vector<std::string> named_files(const Config& config, const std::optional<std::string>& config_file) {
  std::vector<std::string> files = {config.keys.secret_file, config.keys.jwks_file, config.tls.certificate,
                                    config.tls.key,          config.push.file,      config.push.ca_file,
                                    config_file.value_or("")};
  for (const auto& webhook : config.webhooks) files.insert(files.end(), {webhook.secret_file, webhook.ca_file});
  return files;
}

// What a script that starts the server may keep there.
constexpr std::array<std::string_view, 4> kBesideEndings = {".log", ".out", ".err", ".pid"};

// What begins with "log." is the log's too.
bool is_store_file(std::string_view name) {
  return name.starts_with("log.") || std::ranges::find(kStoreFiles, name) != kStoreFiles.end();
}

bool is_of_system(std::string_view name) { return name.starts_with('.') || name == "lost+found"; }

bool is_beside(const fs::path& entry) {
  std::error_code problem;
  const std::string ending = entry.extension().string();
  return fs::is_regular_file(entry, problem) && std::ranges::find(kBesideEndings, ending) != kBesideEndings.end();
}

// By way of a link: only what was named as a path through it, or is what it leads to.
bool is_named_through(const fs::path& link, const std::string& file) {
  std::error_code problem;
  if (fs::equivalent(link, file, problem)) return true;
  const auto plain = [&](const fs::path& path) { return fs::absolute(path, problem).lexically_normal(); };
  const auto way = plain(file).lexically_relative(plain(link));
  return !way.empty() && *way.begin() != "..";
}

bool is_named(const fs::path& entry, const std::vector<std::string>& named) {
  std::error_code problem;
  const bool is_link = fs::is_symlink(entry, problem);
  return std::ranges::any_of(named, [&](const std::string& file) {
    if (file.empty()) return false;
    return is_link ? is_named_through(entry, file) : base::is_within(file, entry.string());
  });
}

// The first name in the folder, by the alphabet, that `may_stay` does not know; "" where there is none.
template <class MayStay>
std::string stranger_in(const fs::path& folder, const MayStay& may_stay) {
  std::string stranger;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    const std::string name = at->path().filename().string();
    if (!may_stay(at->path(), name) && (stranger.empty() || name < stranger)) stranger = name;
  }
  return stranger;
}

bool is_ours(const fs::path& folder, const StoreFolder& shape, const std::vector<std::string>& named) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) return static_cast<bool>(problem);
  const auto may_stay = [&](const fs::path& entry, const std::string& name) {
    return is_of_system(name) || shape.holds(name) || is_named(entry, named);
  };
  return stranger_in(folder, may_stay).empty();
}

bool may_stay(const fs::path& entry, const std::string& name, const std::vector<std::string>& named) {
  const auto* shape = std::ranges::find(kStoreFolders, std::string_view(name), &StoreFolder::name);
  if (shape != kStoreFolders.end()) return is_ours(entry, *shape, named);
  return is_of_system(name) || is_store_file(name) || is_beside(entry) || is_named(entry, named);
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
  const auto known = [&](const fs::path& entry, const std::string& name) { return may_stay(entry, name, named); };
  const std::string stranger = stranger_in(folder, known);
  if (stranger.empty()) return base::success();
  return base::error(base::ErrorCode::refused, "the folder " + config.data_folder +
                                                   " is not empty and holds no store: '" + on_a_terminal(stranger) +
                                                   "' is in it. Name an empty folder, or one that is not there yet");
}

}  // namespace hansard::api

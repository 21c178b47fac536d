// What a server is started with: the defaults, over them a TOML file, over that the command line. Everything an
// operator may set is one row of settings(); docs/CONFIGURATION.md shows the same rows, and a test holds one against
// the other.
//
// Thread: any; plain functions and values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/auth.h"
#include "api/limits.h"
#include "api/tls.h"
#include "api/trace.h"
#include "engine/base/result.h"
#include "engine/files/blob_store.h"
#include "engine/options.h"
#include "engine/proof/proofs.h"
#include "projections/process/process.h"
#include "projections/process/proof_keeper.h"
#include "projections/search/search_view.h"
#include "projections/views.h"

namespace hansard::api {

struct Config {
  std::string data_folder;
  std::string listen = "127.0.0.1:8080";
  std::uint32_t threads = 0;  // 0: one per processor
  std::string log_level = "info";
  std::string log_format = "text";
  std::string file_io = "auto";
  KeyFiles keys;
  TlsFiles tls;  // both or neither; neither: plain HTTP
  Limits limits;
  engine::Options engine;
  projections::ViewOptions views;
  files::BlobOptions files;
  process::ProcessOptions process;
  std::vector<process::SubscriberOptions> webhooks;  // [[webhooks]]
  search::SearchOptions search;
  proof::ProofOptions proof;
  process::PushOptions push;
  std::string backup_folder;  // where backups of this server go; "": none are made
};

// One value an operator may set. Numbers are whole and lie in [least, most]; texts and lists of texts have no range.
struct Setting {
  using Target = std::variant<std::uint32_t*, std::uint64_t*, std::int64_t*, std::string*, std::vector<std::string>*>;

  std::string_view section;  // "limits", "limits.log"
  std::string_view name;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  Target (*target)(Config& config) = nullptr;

  std::string path() const { return std::string(section) + "." + std::string(name); }
};
std::span<const Setting> settings();
// Those of one [[webhooks]] table; their targets are in `webhooks.back()`.
std::span<const Setting> webhook_settings();

// The value as it stands in TOML: 54, "info", [].
std::string setting_text(const Setting& setting, const Config& config);

// Reads the file over `config`. `malformed` names the file, the line and the setting: a syntax error, an unknown
// section or name, a wrong type, a value out of range; `not_found` when the file cannot be read.
base::Result<void> load_config_file(const std::string& path, Config& config);
// The same for text; `source` stands for the file in errors.
base::Result<void> load_config(std::string_view toml, std::string_view source, Config& config);

// "auto", "uring" or "posix".
std::optional<files::IoChoice> parse_file_io(std::string_view word);

// What no single setting can tell: that they fit each other and that words are known. Also copies what two rooms
// share (the data folder, the limits of content and mentions) to where each reads it. Call it last.
base::Result<void> finish_config(Config& config);

struct ListenAddress {
  std::string address;  // an IPv4 or IPv6 literal, without brackets
  std::uint16_t port = 0;
};
// "127.0.0.1:8080", "[::1]:0". `malformed` for anything else, host names too.
base::Result<ListenAddress> parse_listen(std::string_view text);
// "http://127.0.0.1:8080", "https://[::1]:8080".
std::string listen_url(const ListenAddress& address, bool is_secure);

}  // namespace hansard::api

// The words after `hansard`: which command, with which options. Nothing here touches a file or a socket.
//
// Thread: any; plain functions and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/config.h"
#include "engine/base/result.h"
#include "engine/base/version.h"

namespace hansard::api {

using base::kVersion;

// Exit statuses of the program.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  // a key, a port, the data folder
inline constexpr int kExitUsage = 2;   // the command line or the configuration file; nothing was tried

// What is absent stays as the configuration file has it.
struct ServeCommand {
  std::optional<std::string> config_file;
  std::optional<std::string> data_folder;
  std::optional<std::string> listen;
  std::optional<std::string> secret_file;
  std::optional<std::string> jwks_file;
  std::optional<std::string> tls_certificate;
  std::optional<std::string> tls_key;
  std::optional<std::uint32_t> threads;
  std::optional<std::string> log_level;
  std::optional<std::string> log_format;
  std::optional<std::uint64_t> accept_loss_after;
  bool demo = false;
};

struct TokenCommand {
  std::string secret_file;
  std::string subject;
  std::string scope;
  std::int64_t ttl_s = 3'600;
};

// Help, version, or a mistake: what to print and how to end.
struct EndNow {
  int status = kExitOk;
  std::string out;
  std::string err;
};

using CommandLine = std::variant<ServeCommand, TokenCommand, EndNow>;
CommandLine parse_command_line(int argc, const char* const* argv);

// Defaults, the configuration file, the command line; finished. Every error is one of usage.
base::Result<Config> config_of(const ServeCommand& command);

// "90", "90s", "15m", "1h", "7d" in seconds; nothing for anything else, for 0 and for more than ten years.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace hansard::api

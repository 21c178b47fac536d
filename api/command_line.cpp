#include "api/command_line.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <CLI/CLI.hpp>

#include "api/auth.h"

namespace hansard::api {
namespace {

constexpr std::size_t kPositionDigitsMax = 16;
constexpr std::int64_t kTenYearsS = 3'650LL * 86'400;

constexpr const char* kExamples = R"(Examples:
  hansard serve --data /var/lib/hansard --listen 0.0.0.0:8080 --jwt-secret-file /etc/hansard/secret
  hansard token --jwt-secret-file /etc/hansard/secret --sub alice --ttl 1h)";

constexpr const char* kServeExamples = R"(Examples:
  head -c 32 /dev/urandom | base64 > secret && chmod 600 secret
  hansard serve --data ./data --listen 127.0.0.1:8080 --jwt-secret-file secret
  hansard serve --data ./data --listen [::1]:0 --jwks-file jwks.json --config hansard.toml
  hansard serve --data ./data --jwt-secret-file secret --tls-certificate chain.pem --tls-key key.pem
  hansard serve --data ./demo --listen 127.0.0.1:8080 --demo)";

constexpr const char* kTokenExamples = R"(Examples:
  hansard token --jwt-secret-file secret --sub alice
  hansard token --jwt-secret-file secret --sub auditor --scope "audit admin" --ttl 15m)";

std::string check_listen(const std::string& text) {
  const auto address = parse_listen(text);
  return address ? "" : address.error().detail;
}

std::string check_duration(const std::string& text) {
  return parse_duration(text) ? "" : "'" + text + "' is not a time such as 90s, 15m, 1h or 7d (at most ten years)";
}

std::string check_subject(const std::string& text) {
  return base::parse_user_id(text) ? "" : "a user id has 1 to 128 bytes of UTF-8 and no control characters";
}

// Of somebody's word, what cannot move a terminal's cursor.
std::string visible(std::string word) {
  std::replace_if(word.begin(), word.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return word;
}

// Tokens of other issuers may have words of other services in them; in one of ours such a word is a slip of the pen.
std::string check_scope(const std::string& text) {
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ' ');) {
    if (word.empty() || is_scope_word(word)) continue;
    return "'" + visible(word) + "' is no scope: the words are service, audit and admin, with spaces between them";
  }
  return "";
}

std::string check_position(const std::string& text) {
  const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
  const bool is_one = is_number && !text.empty() && text.size() <= kPositionDigitsMax;
  return is_one ? "" : "a position: a number from 0 on, the one that the refusal to start names";
}

void describe(CLI::App& app, ServeCommand& serve) {
  app.add_option("--data", serve.data_folder, "Data folder; created when it is not there");
  app.add_option("--listen", serve.listen, "ADDR:PORT; port 0 picks a free one (default 127.0.0.1:8080)")
      ->check(check_listen);
  app.add_option("--config", serve.config_file, "TOML file; the command line wins over it");
  app.add_option("--jwt-secret-file", serve.secret_file, "Secret of HS256 tokens, at least 32 bytes");
  app.add_option("--jwks-file", serve.jwks_file, "JSON Web Key set of RS256, ES256 or HS256 keys");
  app.add_option("--tls-certificate", serve.tls_certificate, "PEM chain: serve HTTPS and wss; read again on SIGHUP");
  app.add_option("--tls-key", serve.tls_key, "PEM key of the certificate");
  app.add_option("--threads", serve.threads, "I/O threads, 0 to 256 (default 0: one per processor)")
      ->check(CLI::Range(0, 256));
  app.add_option("--log-level", serve.log_level, "debug, info, warn, error or off (default info)")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}));
  app.add_option("--log-format", serve.log_format, "text or json, on standard error (default text)")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("--accept-loss-after", serve.accept_loss_after,
                 "Start a damaged log and lose every event above POSITION for good")
      ->check(check_position);
  app.add_flag("--demo", serve.demo, "Fill an empty data folder with a demo; makes a secret where none is given");
  app.footer(kServeExamples);
}

void describe(CLI::App& app, TokenCommand& token, std::string& ttl) {
  app.add_option("--jwt-secret-file", token.secret_file, "Secret to sign with, at least 32 bytes")->required();
  app.add_option("--sub", token.subject, "User id the token is for")->required()->check(check_subject);
  app.add_option("--scope", token.scope, "Words separated by spaces: service, audit, admin")->check(check_scope);
  app.add_option("--ttl", ttl, "How long it is valid: 90s, 15m, 1h, 7d (default 1h)")->check(check_duration);
  app.footer(kTokenExamples);
}

bool is_command(const CLI::App& app, const std::string& word) {
  return !app.get_subcommands([&](const CLI::App* words) { return words->get_name() == word; }).empty();
}

// One line, whatever the library says.
std::string sentence(const CLI::App* app, const CLI::Error& error) {
  std::string text = "hansard: ";
  for (const char c : std::string(error.what())) text += c == '\n' ? ' ' : c;
  const CLI::App* used = app->get_subcommands().empty() ? app : app->get_subcommands().front();
  const std::string words = used == app ? "hansard" : "hansard " + used->get_name();
  return text + " (see " + words + " --help)\n";
}

EndNow end_of(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out, err;
  const int status = app.exit(error, out, err);
  return {status == 0 ? kExitOk : kExitUsage, out.str(), err.str()};
}

template <class T>
void put(T& target, const std::optional<T>& value) {
  if (value) target = *value;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CLI::App app("Hansard: an event-sourced messaging engine. Nothing acknowledged is ever lost.", "hansard");
  ServeCommand serve;
  TokenCommand token;
  std::string ttl = "1h";
  app.set_version_flag("--version", "hansard " + std::string(kVersion));
  app.footer(kExamples);
  app.require_subcommand(1);
  app.failure_message(sentence);
  CLI::App* serve_app = app.add_subcommand("serve", "Run the server");
  CLI::App* token_app = app.add_subcommand("token", "Print a signed token for a user and nothing else");
  if (argc > 1 && argv[1][0] != '-' && !is_command(app, argv[1])) {
    const std::string why =
        "hansard: there is no command '" + visible(argv[1]) + "': serve or token (see hansard --help)\n";
    return EndNow{kExitUsage, "", why};
  }
  describe(*serve_app, serve);
  describe(*token_app, token, ttl);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return end_of(app, error);
  }
  token.ttl_s = *parse_duration(ttl);
  if (token_app->parsed()) return token;
  return serve;
}

base::Result<Config> config_of(const ServeCommand& command) {
  Config config;
  if (command.config_file) {
    TRY(load_config_file(*command.config_file, config));
  }
  put(config.data_folder, command.data_folder);
  put(config.listen, command.listen);
  put(config.keys.secret_file, command.secret_file);
  put(config.keys.jwks_file, command.jwks_file);
  put(config.tls.certificate, command.tls_certificate);
  put(config.tls.key, command.tls_key);
  put(config.threads, command.threads);
  put(config.log_level, command.log_level);
  put(config.log_format, command.log_format);
  if (command.accept_loss_after) config.engine.log.accept_loss_after = base::Position{*command.accept_loss_after};
  TRY(finish_config(config));
  return config;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc() || count <= 0 || count > kTenYearsS) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::int64_t seconds = 0;
  if (unit.empty() || unit == "s") seconds = count;
  if (unit == "m") seconds = count * 60;
  if (unit == "h") seconds = count * 3'600;
  if (unit == "d") seconds = count * 86'400;
  if (seconds == 0 || seconds > kTenYearsS) return std::nullopt;
  return seconds;
}

}  // namespace hansard::api

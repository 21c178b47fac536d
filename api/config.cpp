#include "api/config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include <toml++/toml.h>

#include "api/config_lists.h"
#include "engine/base/file_reason.h"
#include "engine/proof/note.h"
#include "projections/process/post_url.h"

namespace hansard::api {

using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kConfigBytesMax = 1u << 20;
constexpr std::string_view kWebhooks = "webhooks";

base::Error malformed(std::string detail) { return base::error(ErrorCode::malformed, std::move(detail)); }

base::Error at(std::string_view source, const toml::source_region& region, std::string_view what) {
  return malformed(std::string(source) + " line " + std::to_string(region.begin.line) + ": " + std::string(what));
}

const Setting* find_setting(std::string_view section, std::string_view name) {
  const auto all = section == kWebhooks ? webhook_settings() : settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Setting& s) { return s.section == section && s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_section(std::string_view path) {
  return std::any_of(settings().begin(), settings().end(), [&](const Setting& s) { return s.section == path; });
}

// Each sets the target, or says what the value must be instead.
std::string set_number(const Setting& setting, const toml::node& value, auto* target) {
  const auto number = value.is_integer() ? value.value<std::int64_t>() : std::nullopt;
  const bool fits = number && *number >= 0 && static_cast<std::uint64_t>(*number) >= setting.least &&
                    static_cast<std::uint64_t>(*number) <= setting.most;
  if (!fits) {
    return "must be a whole number from " + std::to_string(setting.least) + " to " + std::to_string(setting.most);
  }
  *target = static_cast<std::remove_pointer_t<decltype(target)>>(*number);
  return "";
}

std::string set_value(const Setting&, const toml::node& value, std::string* target) {
  if (!value.is_string()) return "must be a text";
  *target = **value.as_string();
  return "";
}

std::string set_value(const Setting&, const toml::node& value, std::vector<std::string>* target) {
  const toml::array* items = value.as_array();
  if (!items || std::any_of(items->begin(), items->end(), [](const toml::node& item) { return !item.is_string(); })) {
    return "must be a list of texts";
  }
  target->clear();
  for (const toml::node& item : *items) target->push_back(**item.as_string());
  return "";
}

std::string set_value(const Setting& setting, const toml::node& value, auto* target) {
  return set_number(setting, value, target);
}

Result<void> load_value(const std::string& section, const toml::key& key, const toml::node& value,
                        std::string_view source, Config& config) {
  const std::string path = (section.empty() ? "" : section + ".") + std::string(key.str());
  const Setting* setting = find_setting(section, key.str());
  if (!setting) return at(source, key.source(), "there is no setting '" + path + "'");
  const std::string wrong =
      std::visit([&](auto* target) { return set_value(*setting, value, target); }, setting->target(config));
  if (!wrong.empty()) return at(source, key.source(), path + " " + wrong);
  return base::success();
}

Result<void> load_webhooks(const toml::key& key, const toml::node& value, std::string_view source, Config& config);

// Sections nest at most as deep as the longest one of settings().
Result<void> load_section(const std::string& section, const toml::table& table, std::string_view source,
                          Config& config) {
  for (const auto& [key, value] : table) {
    const std::string inner = (section.empty() ? "" : section + ".") + std::string(key.str());
    if (inner == kWebhooks) {
      TRY(load_webhooks(key, value, source, config));
    } else if (!value.is_table()) {
      TRY(load_value(section, key, value, source, config));
    } else if (is_section(inner)) {
      TRY(load_section(inner, *value.as_table(), source, config));
    } else if (find_setting(section, key.str())) {
      return at(source, key.source(), inner + " is a setting, not a section");
    } else {
      return at(source, key.source(), "there is no section [" + inner + "]");
    }
  }
  return base::success();
}

Result<void> load_webhooks(const toml::key& key, const toml::node& value, std::string_view source, Config& config) {
  if (!value.is_array_of_tables()) return at(source, key.source(), "webhooks are sections [[webhooks]]");
  config.webhooks.clear();
  for (const toml::node& webhook : *value.as_array()) {
    config.webhooks.emplace_back();
    TRY(load_section(std::string(kWebhooks), *webhook.as_table(), source, config));
  }
  return base::success();
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return port;
}

bool is_literal(int family, const std::string& address) {
  std::array<unsigned char, 16> ignored;
  return ::inet_pton(family, address.c_str(), ignored.data()) == 1;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string text_of(const std::string& text) { return quoted(text); }
std::string text_of(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const auto& text : texts) list += (list.size() > 1 ? ", " : "") + quoted(text);
  return list + "]";
}
std::string text_of(auto number) { return std::to_string(number); }

Result<void> check_limits(const Limits& limits) {
  if (limits.page_default > limits.page_max) return malformed("limits.page_default is above limits.page_max");
  if (limits.ping_interval_s >= limits.pong_timeout_s) {
    return malformed("limits.ping_interval_s is not below limits.pong_timeout_s");
  }
  if (limits.outbox_bytes_max < limits.frame_bytes_max) {
    return malformed("limits.outbox_bytes_max is below limits.frame_bytes_max");
  }
  return check_lists(limits);
}

Result<void> check_proofs(const Config& config) {
  if (!config.proof.origin.empty() && !proof::is_key_name(config.proof.origin)) {
    return malformed("proof.origin '" + config.proof.origin + "' is not printable ASCII without spaces and \"+\"");
  }
  if (!config.push.url.empty() && !process::post_url_of(config.push.url)) {
    return malformed("proof.push_url '" + config.push.url + "' is not http(s)://HOST/PATH");
  }
  return base::success();
}

Result<void> check_config(const Config& config) {
  if (config.data_folder.empty()) return malformed("there is no data folder: give --data DIR");
  TRY(parse_listen(config.listen));
  if (config.tls.certificate.empty() != config.tls.key.empty()) {
    return malformed("TLS needs both a certificate and its key: give --tls-certificate FILE and --tls-key FILE");
  }
  if (!parse_trace_level(config.log_level)) {
    return malformed("the log level '" + config.log_level + "' is not debug, info, warn, error or off");
  }
  if (!parse_trace_format(config.log_format)) {
    return malformed("the log format '" + config.log_format + "' is not text or json");
  }
  TRY(check_limits(config.limits));
  if (!parse_file_io(config.file_io)) {
    return malformed("server.file_io '" + config.file_io + "' is not auto, uring or posix");
  }
  TRY(process::check_subscribers(config.webhooks));
  return check_proofs(config);
}

// What several parts need, to each of them.
void spread(Config& config) {
  config.files.io = *parse_file_io(config.file_io);
  config.files.folder = config.data_folder + "/files";
  config.files.disk_reserve_bytes = 2 * config.engine.log.disk_reserve_bytes;  // messages outlast attachments
  config.process.data_folder = config.proof.data_folder = config.data_folder;
  config.engine.data_folder = config.views.data_folder = config.search.data_folder = config.data_folder;
  config.search.rebuild_events_per_s = config.views.rebuild_events_per_s;
  config.engine.rules.content_code_points_max = static_cast<std::uint32_t>(config.limits.content_code_points_max);
  config.engine.rules.mentions_max = static_cast<std::uint32_t>(config.limits.mentions_max);
}

}  // namespace

std::string setting_text(const Setting& setting, const Config& config) {
  Config copy = config;
  return std::visit([](auto* target) { return text_of(*target); }, setting.target(copy));
}

Result<void> load_config(std::string_view text, std::string_view source, Config& config) {
  try {
    const toml::table table = toml::parse(text, source);
    return load_section("", table, source, config);
  } catch (const toml::parse_error& error) {
    return at(source, error.source(), error.description());
  }
}

Result<void> load_config_file(const std::string& path, Config& config) {
  const std::string named = "the configuration file " + path;
  if (const auto why = base::why_unreadable(path); !why.empty()) {
    return base::error(ErrorCode::not_found, named + " cannot be read: " + why);
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  if (!file || file.read(text.data(), static_cast<std::streamsize>(text.size())).bad()) {
    return base::error(ErrorCode::not_found, named + " cannot be read");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kConfigBytesMax) return malformed(named + " is larger than 1 MiB");
  return load_config(text, path, config);
}

Result<void> finish_config(Config& config) {
  TRY(check_config(config));
  spread(config);
  return base::success();
}

std::optional<files::IoChoice> parse_file_io(std::string_view word) {
  if (word == "auto") return files::IoChoice::automatic;
  if (word == "uring") return files::IoChoice::uring;
  if (word == "posix") return files::IoChoice::posix;
  return std::nullopt;
}

Result<ListenAddress> parse_listen(std::string_view text) {
  const base::Error wrong =
      malformed("'" + std::string(text) + "' is not ADDR:PORT with an IP address, such as 127.0.0.1:8080 or [::1]:0");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  const auto port = parse_port(text.substr(colon + 1));
  std::string host(text.substr(0, colon));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!port || !is_literal(bracketed ? AF_INET6 : AF_INET, host)) return wrong;
  return ListenAddress{std::move(host), *port};
}

std::string listen_url(const ListenAddress& address, bool is_secure) {
  const bool is_v6 = address.address.find(':') != std::string::npos;
  const std::string scheme = is_secure ? "https://" : "http://";
  return scheme + (is_v6 ? "[" + address.address + "]" : address.address) + ":" + std::to_string(address.port);
}

}  // namespace hansard::api

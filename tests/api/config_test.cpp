#include "api/config.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/api/token_fixture.h"
#include "tests/support/source_folder.h"

namespace hansard::api {
namespace {

std::string refusal_of(const std::string& toml) {
  Config config;
  const auto loaded = load_config(toml, "hansard.toml", config);
  return loaded ? "" : loaded.error().detail;
}

std::string finish_refusal(const Config& config) {
  Config copy = config;
  const auto finished = finish_config(copy);
  return finished ? "" : finished.error().detail;
}

std::string text_of(const std::string& path) {
  std::ifstream file(support::source_folder() + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> setting_names() {
  std::set<std::string> names;
  for (const Setting& setting : settings()) names.emplace(setting.name);
  return names;
}

// The members with a default, and the lists, of one struct.
std::vector<std::string> members_of(const std::string& header, const std::string& name) {
  const std::string text = text_of(header);
  const std::size_t begin = text.find("struct " + name + " {");
  REQUIRE(begin != std::string::npos);
  const std::string body = text.substr(begin, text.find("\n};", begin) - begin);
  const std::regex member(R"(\n  (?:std::size_t|std::u?int\d+_t|std::vector<std::string>) (\w+)( =[^;]+)?;)");
  std::vector<std::string> found;
  for (std::sregex_iterator it(body.begin(), body.end(), member), end; it != end; ++it) found.push_back((*it)[1]);
  return found;
}

std::string range_of(const Setting& setting) {
  return setting.most == 0 ? "" : std::to_string(setting.least) + "–" + std::to_string(setting.most);
}

TEST_CASE("a file changes what it names and nothing else") {
  Config config;
  REQUIRE(load_config(R"(
[server]
listen = "[::1]:0"
threads = 3
[auth]
jwt_secret_file = "/etc/hansard/secret"
[limits]
delete_window_s = 0
queue_commands_max = 10
origins = ["https://chat.example.com"]
[rate_limit]
user_per_s = 50
[limits.log]
disk_reserve_bytes = 20_000_000
[limits.views]
batch_events_max = 7
)",
                      "hansard.toml", config));
  CHECK(config.listen == "[::1]:0");
  CHECK(config.threads == 3);
  CHECK(config.keys.secret_file == "/etc/hansard/secret");
  CHECK(config.engine.rules.delete_window_s == 0);
  CHECK(config.engine.queue_commands_max == 10);
  CHECK(config.limits.origins == std::vector<std::string>{"https://chat.example.com"});
  CHECK(config.limits.rate.user_per_s == 50);
  CHECK(config.engine.log.disk_reserve_bytes == 20'000'000);
  CHECK(config.views.batch_events_max == 7);
  CHECK(config.limits.ping_interval_s == Limits{}.ping_interval_s);
}

TEST_CASE("a mistake in a file is named with its line") {
  CHECK(refusal_of("[limits]\nping_interval = 5\n") ==
        "hansard.toml line 2: there is no setting 'limits.ping_interval'");
  CHECK(refusal_of("\n[limit]\n") == "hansard.toml line 2: there is no section [limit]");
  CHECK(refusal_of("[limits.logs]\n") == "hansard.toml line 1: there is no section [limits.logs]");
  CHECK(refusal_of("listen = 'x'") == "hansard.toml line 1: there is no setting 'listen'");
  CHECK(refusal_of("[limits]\n\nping_interval_s = 0") ==
        "hansard.toml line 3: limits.ping_interval_s must be a whole number from 1 to 3600");
  for (const char* value : {"-1", "3601", "54.0", "'54'", "true", "[54]", "2024-01-01"}) {
    INFO(value);
    CHECK(refusal_of(std::string("[limits]\nping_interval_s = ") + value) ==
          "hansard.toml line 2: limits.ping_interval_s must be a whole number from 1 to 3600");
  }
  CHECK(refusal_of("[server]\nlisten = 8080") == "hansard.toml line 2: server.listen must be a text");
  CHECK(refusal_of("[limits]\norigins = 'a'") == "hansard.toml line 2: limits.origins must be a list of texts");
  CHECK(refusal_of("[limits]\norigins = [1]") == "hansard.toml line 2: limits.origins must be a list of texts");
  CHECK(refusal_of("[server.listen]\na = 1") == "hansard.toml line 1: server.listen is a setting, not a section");
  CHECK_THAT(refusal_of("[server]\nlisten = \n"), Catch::StartsWith("hansard.toml line 2: "));
  CHECK_THAT(refusal_of("[server]\nthreads = 1\nthreads = 2\n"), Catch::StartsWith("hansard.toml line 3: "));
  CHECK_FALSE(refusal_of("\xff\xfe").empty());
}

TEST_CASE("a file that cannot be read is named") {
  const test::TempFolder folder;
  Config config;
  const auto missing = load_config_file(folder.path("none.toml"), config);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().detail ==
        "the configuration file " + folder.path("none.toml") + " cannot be read: it is not there");
  CHECK_FALSE(load_config_file(folder.path(), config));
  CHECK(load_config_file(folder.write("empty.toml", ""), config));
}

TEST_CASE("every setting takes both ends of its range and refuses one beyond") {
  for (const Setting& setting : settings()) {
    if (setting.most == 0) continue;
    INFO(setting.path());
    const std::string head = "[" + std::string(setting.section) + "]\n" + std::string(setting.name) + " = ";
    CHECK(refusal_of(head + std::to_string(setting.least)).empty());
    CHECK(refusal_of(head + std::to_string(setting.most)).empty());
    CHECK_FALSE(refusal_of(head + std::to_string(setting.most + 1)).empty());
    Config config;
    REQUIRE(load_config(head + std::to_string(setting.most), "x", config));
    CHECK(setting_text(setting, config) == std::to_string(setting.most));
  }
}

TEST_CASE("every default lies in its range and fits the others") {
  const Config defaults;
  for (const Setting& setting : settings()) {
    if (setting.most == 0) continue;
    INFO(setting.path());
    const auto value = std::stoull(setting_text(setting, defaults));
    CHECK(value >= setting.least);
    CHECK(value <= setting.most);
  }
  Config config;
  config.data_folder = "data";
  CHECK(finish_refusal(config).empty());
}

TEST_CASE("every limit of the edge, the engine and the views is a setting") {
  const auto names = setting_names();
  const std::vector<std::pair<std::string, std::string>> structs = {{"api/limits.h", "Limits"},
                                                                    {"engine/options.h", "Options"},
                                                                    {"engine/domain/decide.h", "Rules"},
                                                                    {"engine/log/rocks_log.h", "LogOptions"},
                                                                    {"engine/log/typing_lane.h", "TypingOptions"},
                                                                    {"projections/views.h", "ViewOptions"}};
  for (const auto& [header, name] : structs) {
    const auto members = members_of(header, name);
    CHECK(members.size() >= 2);
    for (const auto& member : members) {
      INFO(name + "::" + member);
      CHECK(names.contains(member));
    }
  }
}

TEST_CASE("the tables of CONFIGURATION.md and the settings of the code are the same") {
  const std::string page = text_of("docs/CONFIGURATION.md");
  const Config defaults;
  std::set<std::string> expected;
  for (const Setting& setting : settings()) {
    const std::string row = "| `" + setting.path() + "` | " + setting_text(setting, defaults) + " | " +
                            range_of(setting) + (setting.most == 0 ? "| " : " | ");
    INFO(row);
    CHECK(page.find(row) != std::string::npos);
    expected.insert(setting.path());
  }
  const std::regex row(R"(\n\| `((?:backup|notifications|proof|server|auth|limits|rate_limit)\.[\w.]+)` \|)");
  std::set<std::string> documented;
  for (std::sregex_iterator it(page.begin(), page.end(), row), end; it != end; ++it) documented.insert((*it)[1]);
  CHECK(documented == expected);
}

const std::string kWebhook = R"(
[[webhooks]]
name = "push"
url = "https://push.example.com/hansard"
secret_file = "push.secret"
types = ["notification.due"]
)";

TEST_CASE("webhooks are sections of their own, as many as there are") {
  Config config;
  REQUIRE(
      load_config(kWebhook + "timeout_ms = 2_000\nconversations = []\n[[webhooks]]\nname = 'other'\n", "x", config));
  REQUIRE(config.webhooks.size() == 2);
  CHECK(config.webhooks[0].name == "push");
  CHECK(config.webhooks[0].types == std::vector<std::string>{"notification.due"});
  CHECK(config.webhooks[0].timeout_ms == 2'000);
  CHECK(config.webhooks[1].name == "other");
  CHECK(config.webhooks[1].max_attempts == process::SubscriberOptions().max_attempts);
  CHECK(refusal_of(kWebhook + "retries = 3\n") == "hansard.toml line 7: there is no setting 'webhooks.retries'");
  CHECK(refusal_of(kWebhook + "timeout_ms = 0\n") ==
        "hansard.toml line 7: webhooks.timeout_ms must be a whole number from 100 to 60000");
  CHECK(refusal_of("[webhooks]\nname = 'push'\n") == "hansard.toml line 1: webhooks are sections [[webhooks]]");
}

TEST_CASE("a webhook that cannot be is refused before the server starts") {
  Config config;
  config.data_folder = "data";
  REQUIRE(load_config(kWebhook, "x", config));
  CHECK(finish_refusal(config).empty());
  config.webhooks.push_back(config.webhooks[0]);
  CHECK(finish_refusal(config) == "webhook 'push': the name is there twice");
  config.webhooks.pop_back();
  config.webhooks[0].url = "http://push.example.com/";
  CHECK(finish_refusal(config) == "webhook 'push': the url must be https; http is for 127.0.0.1 only");
}

TEST_CASE("CONFIGURATION.md has a row for every setting of a webhook") {
  const std::string page = text_of("docs/CONFIGURATION.md");
  Config defaults;
  defaults.webhooks.emplace_back();
  std::set<std::string> expected;
  for (const Setting& setting : webhook_settings()) {
    const std::string row = "| `" + setting.path() + "` | " + setting_text(setting, defaults) + " | " +
                            range_of(setting) + (setting.most == 0 ? "| " : " | ");
    INFO(row);
    CHECK(page.find(row) != std::string::npos);
    expected.insert(setting.path());
  }
  const std::regex row(R"(\n\| `(webhooks\.[\w.]+)` \|)");
  std::set<std::string> documented;
  for (std::sregex_iterator it(page.begin(), page.end(), row), end; it != end; ++it) documented.insert((*it)[1]);
  CHECK(documented == expected);
}

TEST_CASE("settings that do not fit each other are refused") {
  Config config;
  CHECK(finish_refusal(config) == "there is no data folder: give --data DIR");
  config.data_folder = "data";
  config.limits.page_default = 201;
  CHECK(finish_refusal(config) == "limits.page_default is above limits.page_max");
  config.limits = {};
  config.limits.ping_interval_s = 60;
  CHECK(finish_refusal(config) == "limits.ping_interval_s is not below limits.pong_timeout_s");
  config.limits = {};
  config.limits.outbox_bytes_max = 65'536;
  CHECK(finish_refusal(config) == "limits.outbox_bytes_max is below limits.frame_bytes_max");
  config.limits = {};
  config.log_level = "loud";
  CHECK(finish_refusal(config) == "the log level 'loud' is not debug, info, warn, error or off");
  config.log_level = "off";
  config.log_format = "xml";
  CHECK(finish_refusal(config) == "the log format 'xml' is not text or json");
}

TEST_CASE("entries of lists that nothing could match are refused by name") {
  Config config;
  config.data_folder = "data";
  config.limits.origins = {"https://chat.example.com", "HTTP://localhost:3000", "https://[::1]:8443",
                           "https://chat.example.com:80", "capacitor://localhost"};
  config.limits.file_types = {"image/*", "application/vnd.oasis.opendocument.text", "*/*"};
  CHECK(finish_refusal(config).empty());
  for (const char* wrong :
       {"", "*", "null", "chat.example.com", "https://", "https://chat.example.com/", "https://chat.example.com/app",
        "https://*.example.com", "https://chat.example.com:443", "http://chat.example.com:80",
        "https://chat.example.com:", "https://chat.example.com:70000", "https://ann@chat.example.com",
        "://chat.example.com", " https://chat.example.com", "https://chat.example.com?x", "https:chat.example.com"}) {
    Config other = config;
    other.limits.origins.emplace_back(wrong);
    CHECK_THAT(finish_refusal(other), Catch::StartsWith("limits.origins: '" + std::string(wrong) + "' is no origin"));
  }
  for (const char* wrong : {"", "*", "image", "image/", "/png", "/*", "*/png", "image/p*", "Image/*", "image/PNG",
                            "text/plain; charset=utf-8", ".png", "image/png/x", "image/png,image/gif"}) {
    Config other = config;
    other.limits.file_types.emplace_back(wrong);
    CHECK_THAT(finish_refusal(other), Catch::StartsWith("limits.file_types: '" + std::string(wrong) + "' is no media"));
  }
}

TEST_CASE("what two rooms share is said once") {
  Config config;
  config.data_folder = "data";
  config.limits.content_code_points_max = 77;
  REQUIRE(finish_config(config));
  CHECK(config.engine.data_folder == "data");
  CHECK(config.views.data_folder == "data");
  CHECK(config.engine.rules.content_code_points_max == 77);
}

TEST_CASE("an address to listen on is an IP literal and a port") {
  CHECK(listen_url(parse_listen("127.0.0.1:8080").value(), false) == "http://127.0.0.1:8080");
  CHECK(listen_url(parse_listen("[::1]:0").value(), true) == "https://[::1]:0");
  CHECK(parse_listen("[::]:65535").value().port == 65'535);
  for (const char* wrong : {"",
                            ":",
                            "8080",
                            ":8080",
                            "127.0.0.1",
                            "127.0.0.1:",
                            "127.0.0.1:65536",
                            "127.0.0.1:-1",
                            "127.0.0.1:+1",
                            "127.0.0.1:80a",
                            "::1:80",
                            "[::1]",
                            "[]:80",
                            "[127.0.0.1]:80",
                            "127.1:80",
                            "localhost:80",
                            "[::1:80",
                            "::1]:80",
                            "127.0.0.1:8080 ",
                            " 127.0.0.1:8080"}) {
    INFO(wrong);
    CHECK_FALSE(parse_listen(wrong));
  }
}

}  // namespace
}  // namespace hansard::api

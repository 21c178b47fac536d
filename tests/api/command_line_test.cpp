#include "api/command_line.h"

#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "api/token_command.h"
#include "tests/api/token_fixture.h"
#include "tests/support/source_folder.h"

namespace hansard::api {
namespace {

CommandLine parse(std::vector<const char*> words) {
  words.insert(words.begin(), "hansard");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

ServeCommand serve_of(std::vector<const char*> words) {
  words.insert(words.begin(), "serve");
  const CommandLine line = parse(words);
  if (const auto* end = std::get_if<EndNow>(&line)) FAIL(end->err);
  return std::get<ServeCommand>(line);
}

std::string usage_error(std::vector<const char*> words) {
  const CommandLine line = parse(words);
  const auto* end = std::get_if<EndNow>(&line);
  if (!end || end->status != kExitUsage || !end->out.empty()) return "";
  return end->err;
}

TEST_CASE("serve takes its options") {
  const ServeCommand serve = serve_of({"--data", "d", "--listen", "[::1]:0", "--config", "c.toml", "--jwt-secret-file",
                                       "s", "--jwks-file", "j", "--threads", "4", "--log-level", "debug",
                                       "--log-format", "json", "--accept-loss-after", "120", "--demo"});
  CHECK(serve.data_folder == "d");
  CHECK(serve.listen == "[::1]:0");
  CHECK(serve.config_file == "c.toml");
  CHECK(serve.secret_file == "s");
  CHECK(serve.jwks_file == "j");
  CHECK(serve.threads == 4u);
  CHECK(serve.log_level == "debug");
  CHECK(serve.log_format == "json");
  CHECK(serve.accept_loss_after == 120u);
  CHECK(serve.demo);
  CHECK_FALSE(serve_of({"--data", "d"}).listen);
}

TEST_CASE("token takes its options") {
  const CommandLine line =
      parse({"token", "--jwt-secret-file", "s", "--sub", "alice", "--scope", "audit admin", "--ttl", "15m"});
  const auto& token = std::get<TokenCommand>(line);
  CHECK(token.secret_file == "s");
  CHECK(token.subject == "alice");
  CHECK(token.scope == "audit admin");
  CHECK(token.ttl_s == 900);
  CHECK(std::get<TokenCommand>(parse({"token", "--jwt-secret-file", "s", "--sub", "alice"})).ttl_s == 3'600);
}

TEST_CASE("a wrong command line is one sentence and status 2") {
  const std::vector<std::vector<const char*>> wrong = {
      {},
      {"sreve"},
      {"sreve\n", "--data", "d"},
      {"serve", "--prot", "1"},
      {"serve", "extra"},
      {"serve", "--data"},
      {"serve", "--listen", "8080"},
      {"serve", "--listen", "localhost:80"},
      {"serve", "--threads", "257"},
      {"serve", "--threads", "two"},
      {"serve", "--log-level", "loud"},
      {"serve", "--log-format", "xml"},
      {"serve", "--accept-loss-after", "-1"},
      {"serve", "--accept-loss-after", "abc"},
      {"serve", "--accept-loss-after", "99999999999999999"},
      {"serve", "--data", "a", "--data", "b"},
      {"token"},
      {"token", "--sub", "alice"},
      {"token", "--jwt-secret-file", "s"},
      {"token", "--jwt-secret-file", "s", "--sub", ""},
      {"token", "--jwt-secret-file", "s", "--sub", "a", "--ttl", "soon"},
      {"token", "--jwt-secret-file", "s", "--sub", "a", "--scope", "typo"},
      {"serve", "token", "--sub", "a"},
  };
  for (const auto& words : wrong) {
    std::string joined;
    for (const char* word : words) joined += std::string(word) + " ";
    INFO(joined);
    const std::string error = usage_error(words);
    INFO(error);
    CHECK(error.starts_with("hansard: "));
    CHECK(error.ends_with("--help)\n"));
    CHECK(error.find('\n') == error.size() - 1);
  }
}

TEST_CASE("a word that is no command is named, a position is asked for in a few words") {
  CHECK_THAT(usage_error({"tokn", "--sub", "a"}), Catch::Contains("there is no command 'tokn': serve or token"));
  for (const char* wrong : {"abc", "-1", ""}) {
    const std::string error = usage_error({"serve", "--accept-loss-after", wrong});
    CHECK_THAT(error, Catch::Contains("a position: a number from 0 on"));
    CHECK(error.size() < 200);
  }
  CHECK(std::get<ServeCommand>(parse({"serve", "--threads", "0"})).threads == 0);
}

TEST_CASE("a scope that a server would ignore is refused, and the known ones are told") {
  const auto refusal_of = [](const char* scope) {
    return usage_error({"token", "--jwt-secret-file", "s", "--sub", "a", "--scope", scope});
  };
  for (const char* known : {"", "service", "audit", "admin", "service audit admin"}) CHECK(refusal_of(known).empty());
  for (const char* wrong : {"typo", "audit typo", "audit,admin", "Admin", "audit\tadmin", "audits"}) {
    INFO(wrong);
    CHECK_THAT(refusal_of(wrong), Catch::Contains("is no scope: the words are service, audit and admin"));
  }
  CHECK_THAT(refusal_of("audit typo"), Catch::Contains("'typo'"));
}

TEST_CASE("every help shows an example and ends well") {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"--help"}, {"serve", "--help"}, {"token", "--help"}}) {
    const CommandLine line = parse(words);
    const auto& end = std::get<EndNow>(line);
    CHECK(end.status == kExitOk);
    CHECK(end.err.empty());
    CHECK_THAT(end.out, Catch::Contains("Examples:\n  ") && Catch::Contains("\n  hansard token ") ||
                            Catch::Contains("\n  hansard serve "));
  }
}

TEST_CASE("the version is that of the build file") {
  const CommandLine line = parse({"--version"});
  const auto& end = std::get<EndNow>(line);
  CHECK(end.status == kExitOk);
  CHECK(end.out == "hansard " + std::string(kVersion) + "\n");
  std::ifstream file(support::source_folder() + "/CMakeLists.txt");
  const std::string build{std::istreambuf_iterator<char>(file), {}};
  CHECK(build.find("project(hansard VERSION " + std::string(kVersion) + " ") != std::string::npos);
}

TEST_CASE("the command line wins over the file, and the file over the defaults") {
  const test::TempFolder folder;
  const std::string file = folder.write("c.toml", R"(
[server]
data = "from-file"
listen = "127.0.0.1:1"
threads = 2
log_level = "warn"
[limits]
page_max = 150
)");
  const auto config = config_of(serve_of({"--config", file.c_str(), "--data", "given", "--threads", "7"}));
  REQUIRE(config);
  CHECK(config.value().data_folder == "given");
  CHECK(config.value().engine.data_folder == "given");
  CHECK(config.value().listen == "127.0.0.1:1");
  CHECK(config.value().threads == 7);
  CHECK(config.value().log_level == "warn");
  CHECK(config.value().log_format == "text");
  CHECK(config.value().limits.page_max == 150);
  CHECK_FALSE(config.value().engine.log.accept_loss_after);
}

TEST_CASE("a loss is accepted on the command line only") {
  const auto config = config_of(serve_of({"--data", "d", "--accept-loss-after", "5"}));
  REQUIRE(config);
  CHECK(config.value().engine.log.accept_loss_after == base::Position{5});
}

TEST_CASE("a serve without a data folder is refused") {
  const auto config = config_of(serve_of({}));
  REQUIRE_FALSE(config);
  CHECK(config.error().detail == "there is no data folder: give --data DIR");
}

TEST_CASE("durations have a unit or are seconds") {
  CHECK(parse_duration("90") == 90);
  CHECK(parse_duration("90s") == 90);
  CHECK(parse_duration("15m") == 900);
  CHECK(parse_duration("1h") == 3'600);
  CHECK(parse_duration("7d") == 604'800);
  CHECK(parse_duration("3650d") == 315'360'000);
  for (const char* wrong : {"", "h", "0", "0s", "-1h", "1.5h", "1 h", "1H", "1w", "3651d", "99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
}

TEST_CASE("a token of the command line opens the server with the same secret file") {
  const test::TempFolder folder;
  const std::string file = folder.write("secret", std::string(test::kSecret) + "\n");
  const auto token = token_for({file, "alice", "audit", 60}, test::kNow);
  REQUIRE(token);
  const auto authenticator = open_authenticator({file, ""});
  REQUIRE(authenticator);
  const auto identity = authenticator.value()->authenticate(token.value(), test::kNow);
  REQUIRE(identity);
  CHECK(identity.value().user.value == "alice");
  CHECK(identity.value().audit);
  CHECK(identity.value().expires == base::Timestamp{test::kNow.ms + 60'000});
  CHECK_FALSE(token_for({folder.path("none"), "alice", "", 60}, test::kNow));
}

}  // namespace
}  // namespace hansard::api

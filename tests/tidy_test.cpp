// The style guide (docs/STYLE.md) as a test: include direction and fences (docs/ARCHITECTURE.md), sizes, coroutine
// rules, unfinished work, and files the architecture page forgot. It reads the tree as text; tidy_names_test.cpp is its
// other half.
#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/source_tree.h"

namespace fs = std::filesystem;

namespace {

using hansard::support::join;
using hansard::support::read_lines;
using hansard::support::Source;
using hansard::support::sources;

const fs::path kRoot = hansard::support::source_folder();
const std::vector<std::string>& kRooms = hansard::support::kRooms;

std::string room_of(const std::string& path) {
  static const std::regex deep("^(engine/(?:base|domain|codec|log|index|files|proof|backup))/");
  std::smatch match;
  if (path.starts_with("projections/search/")) return "projections/search";
  if (path.starts_with("projections/process/")) return "projections/process";
  if (path.starts_with("replay/segments/")) return "replay/segments";
  if (std::regex_search(path, match, deep)) return match[1];
  if (path.starts_with("replay/verify/")) return "replay/verify";
  if (path.starts_with("replay/migrate/")) return "replay/migrate";
  return path.substr(0, path.find('/'));
}

std::vector<std::string> includes(const Source& source) {
  static const std::regex include(R"(^\s*#include\s+[<"]([^>"]+)[>"])");
  std::vector<std::string> found;
  for (const auto& line : source.lines) {
    std::smatch match;
    if (std::regex_search(line, match, include)) found.push_back(match[1]);
  }
  return found;
}

// Who may include whom, and does; a room may always include itself.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"engine/base", {}},
    {"engine/domain", {"engine/base"}},
    {"engine/codec", {"engine/base", "engine/domain"}},
    {"engine/log", {"engine/base"}},
    {"engine/index", {"engine/base", "engine/domain"}},
    {"engine/files", {"engine/base"}},
    {"engine/proof", {"engine/base", "engine/codec", "engine/log"}},
    {"engine/backup", {"engine/base", "engine/log"}},
    {"engine", {"engine/base", "engine/domain", "engine/codec", "engine/log", "engine/index"}},
    {"projections", {"engine/base", "engine/domain", "engine"}},
    {"projections/search", {"engine/base", "engine/domain", "engine", "projections"}},
    {"projections/process", {"engine/base", "engine/domain", "engine/files", "engine/proof", "engine", "projections"}},
    {"api",
     {"engine/base", "engine/domain", "engine/log", "engine/files", "engine/proof", "engine/backup", "engine",
      "projections", "projections/search", "projections/process"}},
    {"replay/migrate", {"engine/base"}},
    {"replay/verify",
     {"engine/base", "engine/codec", "engine/log", "engine/index", "engine/proof", "engine/backup", "engine",
      "projections", "projections/search"}},
    {"replay/segments",
     {"engine/base", "engine/domain", "engine/codec", "engine/log", "engine/files", "engine/proof", "engine/backup",
      "engine"}},
    {"replay",
     {"engine/base", "engine/domain", "engine/codec", "engine/log", "engine/files", "engine/proof", "engine/backup",
      "engine", "projections", "projections/process", "projections/search", "replay/migrate", "replay/segments",
      "replay/verify"}},
};

// A library and the only places that may include it.
struct Fence {
  std::regex header;
  std::regex allowed;
};
const std::vector<Fence> kFences = {
    {std::regex("^rocksdb/"),
     std::regex("^engine/(log|index)/|^engine/(keys|base/"
                "(database_env|database_options|file_checksum))|^projections/(view_(store|database)|process/"
                "progress_store)|^replay/verify/database_rows\\.cpp$")},
    {std::regex("^(flatbuffers/|.*_generated\\.h)"), std::regex("^engine/codec/")},
    {std::regex("^simdjson"), std::regex("^engine/base/json\\.cpp$")},
    {std::regex("^boost/beast"), std::regex("^api/|^replay/client")},
    {std::regex("^boost/asio"), std::regex("^api/|^replay/client")},
    {std::regex("^(cjose|jansson)"), std::regex("^api/auth")},
    {std::regex("^liburing"), std::regex("^engine/files/uring_io\\.cpp$")},
    {std::regex("^curl/"), std::regex("^projections/process/http_post\\.cpp$")},
    {std::regex("^spdlog"), std::regex("^api/trace\\.cpp$")},
    {std::regex("^prometheus"), std::regex("^api/metrics_page\\.cpp$")},
    {std::regex("^toml"), std::regex("^api/config\\.cpp$")},
    {std::regex("^openssl"),
     std::regex("^engine/base/|^engine/proof/ed25519\\.cpp$|^api/auth|^api/tls(_files)?\\.cpp$")},
    {std::regex("^sqlite3"),
     std::regex("^projections/search/(sqlite|fts_functions|secure_vfs|wal_write_out)\\.(h|cpp)$")},
    {std::regex("^unicode/"), std::regex("^projections/search/characters\\.cpp$")},
    {std::regex("^libstemmer"), std::regex("^projections/search/stemmer\\.cpp$")},
    {std::regex("^(chrono|ctime|time\\.h)$"), std::regex("^(?!engine/(domain|codec)/)")},
};

std::size_t code_points(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// From `at` to the end of its statement, or of the brackets it stands in.
std::string expression_at(const std::string& code, std::size_t at) {
  int depth = 0;
  for (auto end = at; end < code.size(); ++end) {
    const char c = code[end];
    if (c == '(' || c == '{' || c == '[') ++depth;
    if (c == ')' || c == '}' || c == ']') --depth;
    if (depth < 0 || (depth == 0 && c == ';')) return code.substr(at, end - at);
  }
  return code.substr(at);
}

// A bracket that follows a name or a bracket is a subscript.
bool makes_lambda(const std::string& expression) {
  static const std::regex lambda(R"([^\w\s)\]\[]\s*\[[^\[\]]*\]\s*[({])");
  return std::regex_search(expression, lambda);
}

}  // namespace

TEST_CASE("includes point one way") {
  std::vector<std::string> breaches;
  auto unused = kMayInclude;
  for (const auto& source : sources(kRooms)) {
    auto from = room_of(source.path);
    for (const auto& header : includes(source)) {
      if (header.find('/') == std::string::npos) continue;
      auto to = room_of(header);
      unused[from].erase(to);
      bool ours = kMayInclude.contains(to) || to == "tests";
      if (!ours || to == from || kMayInclude.at(from).contains(to)) continue;
      breaches.push_back(source.path + " includes " + header);
    }
  }
  for (const auto& [from, permitted] : unused) {
    for (const auto& to : permitted) breaches.push_back(from + " includes nothing of " + to);
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("a library is included behind its fence only") {
  std::vector<std::string> breaches;
  for (const auto& source : sources(kRooms)) {
    for (const auto& header : includes(source)) {
      for (const auto& fence : kFences) {
        if (!std::regex_search(header, fence.header) || std::regex_search(source.path, fence.allowed)) continue;
        breaches.push_back(source.path + " includes " + header);
      }
    }
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("at most eight files pay for Beast") {
  std::vector<std::string> users;
  for (const auto& source : sources(kRooms)) {
    auto all = includes(source);
    bool beast = std::any_of(all.begin(), all.end(), [](const auto& h) { return h.starts_with("boost/beast"); });
    if (beast) users.push_back(source.path);
  }
  INFO(join(users));
  CHECK(users.size() <= 8);
}

TEST_CASE("files stay small") {
  std::vector<std::string> large;
  for (const auto& source : sources({"engine", "projections", "api", "replay", "tests"})) {
    if (source.lines.size() > 400)
      large.push_back(source.path + " has " + std::to_string(source.lines.size()) + " lines");
  }
  INFO(join(large));
  CHECK(large.empty());
}

TEST_CASE("lines fit 120 columns, tables 160, and headers are guarded once") {
  std::vector<std::string> breaches;
  for (const auto& source : sources({"engine", "projections", "api", "replay", "tests"})) {
    bool is_table = false;
    for (const auto& line : source.lines) {
      if (line.find("// clang-format off") != std::string::npos) is_table = true;
      if (line.find("// clang-format on") != std::string::npos) is_table = false;
      if (code_points(line) > (is_table ? 160 : 120)) breaches.push_back(source.path + ": " + line.substr(0, 80));
    }
    bool header = source.path.ends_with(".h");
    auto pragma = std::count(source.lines.begin(), source.lines.end(), "#pragma once");
    if (header && pragma != 1) breaches.push_back(source.path + ": #pragma once is missing");
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("every header says what it is before it begins") {
  std::vector<std::string> breaches;
  for (const auto& source : sources(kRooms)) {
    if (source.path.ends_with(".h") && !source.lines.front().starts_with("// ")) breaches.push_back(source.path);
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("coroutines keep the rules of g++ 12") {
  const std::regex detached(R"(\bdetached\b)");
  std::vector<std::string> breaches;
  for (const auto& source : sources(kRooms)) {
    std::string code;
    for (const auto& line : source.lines) code += line.substr(0, line.find("//")) + "\n";
    if (std::regex_search(code, detached)) breaches.push_back(source.path + ": detached");
    for (auto at = code.find("co_await"); at != std::string::npos; at = code.find("co_await", at + 1)) {
      const auto awaited = expression_at(code, at);
      if (makes_lambda(awaited)) breaches.push_back(source.path + ": " + awaited);
    }
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("a lambda inside an awaited expression is found, however it is written") {
  const auto is_found = [](const std::string& code) {
    return makes_lambda(expression_at(code, code.find("co_await")));
  };
  CHECK(is_found("co_await run([&] { go(); });"));
  CHECK(is_found("auto x = co_await run(\n    file,\n    [this, Name2 = std::move(a)]() mutable { go(); });"));
  CHECK(is_found("if (co_await run([] { return 1; })) {}"));
  CHECK_FALSE(is_found("co_await run(ios[next], names[1](2));\n  const auto after = [&] { go(); };"));
  CHECK_FALSE(is_found("if (co_await run(x)) [&] { go(); }();"));
}

TEST_CASE("nothing is left unfinished in words") {
  const std::regex words(R"(\b(TODO|FIXME|XXX|HACK|for now)\b)");
  std::vector<std::string> breaches;
  for (const auto& source : sources({"engine", "projections", "api", "replay"})) {
    for (const auto& line : source.lines) {
      if (std::regex_search(line, words) && line.find("one partition for now") == std::string::npos) {
        breaches.push_back(source.path + ": " + line);
      }
    }
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("the clock and chance enter through base only") {
  const std::regex sources_of_chance(
      R"(system_clock::now|steady_clock::now|\brand\(|random_device|mt19937|\btime\(nullptr\))");
  std::vector<std::string> breaches;
  for (const auto& source : sources({"engine", "projections"})) {
    if (source.path.starts_with("engine/base/clock")) continue;
    for (const auto& line : source.lines) {
      if (std::regex_search(line, sources_of_chance)) breaches.push_back(source.path + ": " + line);
    }
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("tests in C++ do not sleep") {
  const std::regex sleeping(R"(sleep_for|sleep_until|\busleep\()");
  std::vector<std::string> breaches;
  for (const auto& source : sources({"tests"})) {
    if (source.path == "tests/tidy_test.cpp" || source.path.starts_with("tests/bench/")) continue;
    for (const auto& line : source.lines) {
      if (std::regex_search(line, sleeping)) breaches.push_back(source.path + ": " + line);
    }
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("the architecture page has a line for every file") {
  auto page = join(read_lines(kRoot / "docs/ARCHITECTURE.md"));
  std::set<std::string> missing;
  for (const auto& source : sources(kRooms)) {
    auto stem = fs::path(source.path).replace_extension().string();
    const auto row = "\n| `" + stem + "` |";
    const auto first = page.find(row);
    const bool is_named = first != std::string::npos || page.find("`" + stem + "`") != std::string::npos;
    if (!is_named || (first != std::string::npos && page.find(row, first + 1) != std::string::npos))
      missing.insert(stem);
  }
  INFO("none, or two: " << join({missing.begin(), missing.end()}));
  CHECK(missing.empty());
}

TEST_CASE("the top level holds nothing without a reason") {
  const std::set<std::string> known = {"CMakeLists.txt",
                                       "CMakePresets.json",
                                       "README.md",
                                       "dev",
                                       "engine",
                                       "projections",
                                       "api",
                                       "schemas",
                                       "replay",
                                       "tests",
                                       "docs",
                                       "build",
                                       "data",
                                       "LICENSE"};
  std::vector<std::string> strangers;
  for (const auto& entry : fs::directory_iterator(kRoot)) {
    auto name = entry.path().filename().string();
    if (!name.starts_with(".") && !known.contains(name)) strangers.push_back(name);
  }
  INFO(join(strangers));
  CHECK(strangers.empty());
}

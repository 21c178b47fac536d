// Names of code in prose: what the documents and comments call by name is there.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/source_tree.h"

namespace fs = std::filesystem;
using hansard::support::join;
using hansard::support::kRooms;
using hansard::support::read_lines;
using hansard::support::sources;

namespace {

const fs::path kRoot = hansard::support::source_folder();

std::string text_of(const std::string& path) { return join(read_lines(kRoot / path)); }

bool has_word(const std::string& text, const std::string& word) {
  const auto is_part = [&](std::size_t at) { return at < text.size() && (std::isalnum(text[at]) || text[at] == '_'); };
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if ((at == 0 || !is_part(at - 1)) && !is_part(at + word.size())) return true;
  }
  return false;
}

// Does the file declare the owner, a type or a namespace, and say the name?
bool declares(const std::string& code, const std::string& owner, const std::string& name) {
  const bool is_owner = has_word(code, "class " + owner) || has_word(code, "struct " + owner) ||
                        code.find("::" + owner + " {") != std::string::npos;
  return is_owner && has_word(code, name);
}

}  // namespace

TEST_CASE("every member the life of a message names is in the code") {
  const std::regex member(R"(`(?:\w+::)*(\w+)::(\w+)`(?:\s\(`([\w/.]+)`)?)");
  const std::string page = text_of("docs/LIFE_OF_A_MESSAGE.md");
  std::map<std::string, std::string> code;
  for (const auto& source : sources(kRooms)) code[source.path] = join(source.lines);
  std::vector<std::string> breaches;
  std::size_t named = 0;
  for (std::sregex_iterator match(page.begin(), page.end(), member), end; match != end; ++match, ++named) {
    const std::string owner = (*match)[1], name = (*match)[2], file = (*match)[3];
    const bool is_there = std::any_of(code.begin(), code.end(), [&](const auto& one) {
      return has_word(one.second, owner + "::" + name) || declares(one.second, owner, name);
    });
    if (!is_there) breaches.push_back(owner + "::" + name);
    if (!file.empty() && !(code.contains(file) && has_word(code.at(file), name)))
      breaches.push_back(owner + "::" + name + " is not in " + file);
  }
  INFO(join(breaches));
  CHECK(named > 50);
  CHECK(breaches.empty());
}

TEST_CASE("every test the invariants cite stands in the file they name") {
  const std::regex named(R"re(`(\w[\w/.-]*\.(?:cpp|h|py|md))`|"([^"]+)"|`(test_\w+)`)re");
  std::vector<std::string> breaches;
  std::size_t cited = 0;
  for (const auto& line : read_lines(kRoot / "docs/INVARIANTS.md")) {
    std::string file, text;
    for (std::sregex_iterator match(line.begin(), line.end(), named), end; match != end; ++match) {
      if ((*match)[1].matched) {
        file = (*match)[1];
        text = fs::exists(kRoot / file) ? text_of(file) : "";
        if (text.empty()) breaches.push_back(file + " is not there");
        continue;
      }
      ++cited;
      const std::string fact = (*match)[2], function = (*match)[3];
      const auto test = function.empty() ? "\"" + fact + "\"" : "def " + function + "(";
      if (text.find(test) == std::string::npos) breaches.push_back(test + " is not in " + file);
    }
  }
  INFO(join(breaches));
  CHECK(cited > 50);
  CHECK(breaches.empty());
}

TEST_CASE("headers that comments name are there") {
  const std::regex header(R"([\w./-]+\.h\b)");
  const std::vector<std::string> folders = {"engine", "projections", "api", "replay", "tests"};
  const auto all = sources(folders);
  std::set<std::string> known;
  for (const auto& source : all) known.insert({source.path, fs::path(source.path).filename().string()});
  // A path into a library's own tree is not ours to check.
  const auto is_ours = [&](const std::string& path) {
    const auto slash = path.find('/');
    return slash == std::string::npos || std::count(folders.begin(), folders.end(), path.substr(0, slash)) == 1;
  };
  std::vector<std::string> breaches;
  for (const auto& source : all) {
    for (const auto& line : source.lines) {
      const auto start = line.find("//");
      if (start == std::string::npos) continue;
      const std::string comment = line.substr(start);
      for (std::sregex_iterator match(comment.begin(), comment.end(), header), end; match != end; ++match) {
        if (is_ours(match->str()) && !known.contains(match->str()))
          breaches.push_back(source.path + ": " + match->str());
      }
    }
  }
  INFO(join(breaches));
  CHECK(breaches.empty());
}

TEST_CASE("the glossary defines no word twice") {
  const std::regex defined(R"(\*\*([^*]+)\*\*)");
  const std::string page = text_of("docs/GLOSSARY.md");
  std::set<std::string> words;
  std::vector<std::string> twice;
  for (std::sregex_iterator match(page.begin(), page.end(), defined), end; match != end; ++match) {
    std::istringstream several((*match)[1]);
    for (std::string word; std::getline(several >> std::ws, word, ',');) {
      if (!words.insert(word).second) twice.push_back(word);
    }
  }
  INFO(join(twice));
  CHECK(words.size() > 50);
  CHECK(twice.empty());
}

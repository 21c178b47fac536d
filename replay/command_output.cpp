#include "replay/command_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>

#include "engine/base/file_reason.h"
#include "engine/base/json.h"

namespace hansard::replay {

using base::Result;

namespace {
bool speaks_json = false;

}  // namespace

void speak_json() { speaks_json = true; }

void complain(const std::string& why) { std::cerr << "hansard-replay: " << why << "\n"; }

int fail(const std::string& why) {
  complain(why);
  if (speaks_json) {
    std::string out = "{";
    append_field(out, "error", why);
    std::cout << out << "}\n";
  }
  return 1;
}

int refuse_usage(const std::string& why) {
  fail(why);
  return 2;
}

int refuse(const base::Error& why) {
  return why.code == base::ErrorCode::malformed ? refuse_usage(why.detail) : fail(why.detail);
}

void hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest number that is free: this one.
    (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

int finish_output(int status) {
  errno = 0;
  std::cout.flush();
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (is_written) return status;
  const std::string why = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
  fail("what this command says could not be written to standard output" + why + ".");
  return status == 0 ? 1 : status;
}

void append_name(std::string& out, std::string_view name) {
  out += out.back() == '{' ? "" : ",";
  base::append_json_string(out, name);
  out += ':';
}

void append_field(std::string& out, std::string_view name, std::uint64_t value) {
  append_name(out, name);
  out += std::to_string(value);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_name(out, name);
  base::append_json_string(out, value);
}

void append_flag(std::string& out, std::string_view name, bool value) {
  append_name(out, name);
  out += value ? "true" : "false";
}

void append_sentences(std::string& out, std::string_view name, const std::vector<std::string>& sentences) {
  append_name(out, name);
  out += '[';
  for (const auto& sentence : sentences) {
    out += out.back() == '[' ? "" : ",";
    base::append_json_string(out, sentence);
  }
  out += ']';
}

void print_sentences(const std::vector<std::string>& sentences, std::uint64_t total) {
  for (const auto& sentence : sentences) std::cout << "  " << sentence << "\n";
  if (total > sentences.size()) std::cout << "  ... and " << total - sentences.size() << " more\n";
}

std::string as_sentence(const std::string& words) { return words.ends_with('.') ? words : words + "."; }

std::string counted(std::uint64_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

Result<std::string> read_token(const std::string& file) {
  if (const auto why = base::why_unreadable(file); !why.empty()) {
    return base::error(base::ErrorCode::io, "The token file " + file + " cannot be read: " + why + ".");
  }
  std::ifstream in(file);
  std::string token;
  in >> token;
  if (token.empty()) return base::error(base::ErrorCode::io, "There is no token in " + file + ".");
  return token;
}

// "max" is 0; "60x" or "60" is 60 times the log's own speed.
Result<double> parse_speed(const std::string& text) {
  if (text == "max") return 0.0;
  char* end = nullptr;
  double speed = std::strtod(text.c_str(), &end);
  std::string rest = end;
  if (speed > 0 && (rest.empty() || rest == "x" || rest == "×")) return speed;
  return base::error(base::ErrorCode::malformed, "--speed is max or a number of times, such as 60x.");
}

}  // namespace hansard::replay

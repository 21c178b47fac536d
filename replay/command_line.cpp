#include "replay/command_line.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "engine/base/json.h"
#include "replay/check.h"
#include "replay/import.h"

namespace hansard::replay {

using base::Result;

namespace {

struct Options {
  std::string url, token_file, file, speed = "max";
  unsigned connections = 0;
  unsigned patience_s = 120;
  bool json = false, quiet = false;
};

int fail(const std::string& why) {
  std::cerr << "hansard-replay: " << why << "\n";
  return 1;
}

Result<std::string> read_token(const std::string& file) {
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

void append_field(std::string& out, std::string_view name, std::uint64_t value) {
  out += out.back() == '{' ? "" : ",";
  base::append_json_string(out, name);
  out += ':' + std::to_string(value);
}

void append_sentences(std::string& out, std::string_view name, const std::vector<std::string>& sentences) {
  out += ',';
  base::append_json_string(out, name);
  out += ":[";
  for (const auto& sentence : sentences) {
    out += out.back() == '[' ? "" : ",";
    base::append_json_string(out, sentence);
  }
  out += ']';
}

std::string json_of(const ImportReport& report) {
  std::string out = "{";
  append_field(out, "lines", report.lines);
  append_field(out, "conversations", report.channels);
  append_field(out, "messages", report.messages);
  append_field(out, "system_messages", report.system_messages);
  append_field(out, "joins", report.joins);
  append_field(out, "removals", report.removals);
  append_field(out, "requests_repeated", report.repeats);
  append_field(out, "dangling_replies", report.dangling_replies);
  append_field(out, "mentions_out_of_range", report.mentions_out_of_range);
  append_field(out, "refused", report.refused_total);
  append_field(out, "milliseconds", static_cast<std::uint64_t>(report.seconds * 1000));
  append_sentences(out, "refusals", report.refused);
  return out + "}";
}

std::string json_of(const CheckReport& report) {
  std::string out = "{";
  append_field(out, "conversations", report.conversations);
  append_field(out, "messages", report.messages);
  append_field(out, "replies", report.replies);
  append_field(out, "mentions", report.mentions);
  append_field(out, "members", report.members);
  append_field(out, "unread_counts", report.unread_counts);
  append_field(out, "differences", report.differences_total);
  append_sentences(out, "first_differences", report.differences);
  return out + "}";
}

void print_sentences(const std::vector<std::string>& sentences, std::uint64_t total) {
  for (const auto& sentence : sentences) std::cout << "  " << sentence << "\n";
  if (total > sentences.size()) std::cout << "  ... and " << total - sentences.size() << " more\n";
}

void print(const ImportReport& report) {
  std::printf(
      "%llu lines in %.1f s (%.0f/s): %llu conversations, %llu messages, %llu system messages, %llu joins, "
      "%llu removals\n",
      static_cast<unsigned long long>(report.lines), report.seconds,
      static_cast<double>(report.lines) / std::max(report.seconds, 0.001),
      static_cast<unsigned long long>(report.channels), static_cast<unsigned long long>(report.messages),
      static_cast<unsigned long long>(report.system_messages), static_cast<unsigned long long>(report.joins),
      static_cast<unsigned long long>(report.removals));
  if (report.repeats > 0) std::cout << report.repeats << " requests were sent again\n";
  if (report.dangling_replies > 0) std::cout << report.dangling_replies << " replies to lines that are not there\n";
  if (report.mentions_out_of_range > 0) std::cout << report.mentions_out_of_range << " mentions outside their text\n";
  if (report.refused_total > 0) std::cout << report.refused_total << " lines were refused:\n";
  std::fflush(stdout);
  print_sentences(report.refused, report.refused_total);
}

void print(const CheckReport& report) {
  std::cout << report.conversations << " conversations, " << report.messages << " messages, " << report.replies
            << " replies, " << report.mentions << " mentions, " << report.members << " members, "
            << report.unread_counts << " unread counts: "
            << (report.differences_total == 0 ? std::string("all equal")
                                              : std::to_string(report.differences_total) + " differences")
            << "\n";
  print_sentences(report.differences, report.differences_total);
}

int run_import(const Options& given) {
  ImportOptions options;
  options.file = given.file;
  options.quiet = given.quiet;
  options.patience = std::chrono::seconds(given.patience_s);
  if (given.connections > 0) options.connections = given.connections;
  auto endpoint = parse_endpoint(given.url);
  auto token = read_token(given.token_file);
  auto speed = parse_speed(given.speed);
  if (!endpoint) return fail(endpoint.error().detail);
  if (!token) return fail(token.error().detail);
  if (!speed) return fail(speed.error().detail);
  options.endpoint = endpoint.value();
  options.token = token.value();
  options.speed = speed.value();
  auto report = import_chat_log(options);
  if (!report) return fail(report.error().detail + " Run the same command again to go on.");
  if (given.json) {
    std::cout << json_of(report.value()) << "\n";
  } else {
    print(report.value());
  }
  return report.value().refused_total == 0 ? 0 : 1;
}

int run_check(const Options& given) {
  CheckOptions options;
  options.file = given.file;
  options.quiet = given.quiet;
  options.patience = std::chrono::seconds(given.patience_s);
  if (given.connections > 0) options.connections = given.connections;
  auto endpoint = parse_endpoint(given.url);
  auto token = read_token(given.token_file);
  if (!endpoint) return fail(endpoint.error().detail);
  if (!token) return fail(token.error().detail);
  options.endpoint = endpoint.value();
  options.token = token.value();
  auto report = check_chat_log(options);
  if (!report) return fail(report.error().detail);
  if (given.json) {
    std::cout << json_of(report.value()) << "\n";
  } else {
    print(report.value());
  }
  return report.value().differences_total == 0 ? 0 : 1;
}

void add_common(CLI::App& command, Options& options) {
  command.add_option("--url", options.url, "the server, such as http://127.0.0.1:8080")->required();
  command.add_option("--token-file", options.token_file, "a file with a token of scope service")
      ->required()
      ->check(CLI::ExistingFile);
  command.add_option("--connections", options.connections, "connections side by side")->check(CLI::Range(1, 512));
  command.add_option("--patience", options.patience_s, "seconds to wait for a server that is away (120)");
  command.add_flag("--json", options.json, "one JSON object on standard output");
  command.add_flag("--quiet", options.quiet, "no progress");
  command.add_option("file", options.file, "the chat log: JSON lines, plain or .zst")
      ->required()
      ->check(CLI::ExistingFile);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{"Plays event history into a Hansard server and holds the server against it."};
  app.require_subcommand(1);
  Options options;
  auto* import = app.add_subcommand("import", "play a chat log through the public API; safe to run again");
  add_common(*import, options);
  import->add_option("--speed", options.speed, "max, or N times the log's own speed (60x)");
  import->footer(
      "Example:\n  hansard-replay import --url http://127.0.0.1:8080 --token-file service.token chat.jsonl.zst");
  auto* check = app.add_subcommand("check", "fold a chat log and compare everything the server answers");
  add_common(*check, options);
  check->footer(
      "Example:\n  hansard-replay check --url http://127.0.0.1:8080 --token-file service.token chat.jsonl.zst");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  return *import ? run_import(options) : run_check(options);
}

}  // namespace hansard::replay

#include <cstdio>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/import.h"
#include "replay/server_options.h"

namespace hansard::replay {

using base::Result;

namespace {
struct Options {
  ServerOptions server;
  std::string file, speed = "max";
};

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

Result<ImportOptions> import_options(const Options& given) {
  ImportOptions options;
  options.file = given.file;
  options.quiet = given.server.quiet;
  options.patience = std::chrono::seconds(given.server.patience_s);
  if (given.server.connections > 0) options.connections = given.server.connections;
  TRY(auto server, server_of(given.server));
  TRY(options.speed, parse_speed(given.speed));
  options.endpoint = std::move(server.endpoint);
  options.token = std::move(server.token);
  return options;
}

int run(const Options& given) {
  auto options = import_options(given);
  if (!options) return fail(options.error().detail);
  auto report = import_chat_log(options.value());
  if (!report) return fail(report.error().detail + " Run the same command again to go on.");
  if (given.server.json) {
    std::cout << json_of(report.value()) << "\n";
  } else {
    print(report.value());
  }
  return report.value().refused_total == 0 ? 0 : 1;
}

}  // namespace

Command add_import(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("import", "play a chat log through the public API; safe to run again");
  add_server_options(*words, options->server, "service");
  words->add_option("file", options->file, "the chat log: JSON lines, plain or .zst")
      ->required()
      ->check(CLI::ExistingFile);
  words->add_option("--speed", options->speed, "max, or N times the log's own speed (60x)");
  words->footer(
      "Example:\n  hansard-replay import --url http://127.0.0.1:8080 --token-file service.token chat.jsonl.zst");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

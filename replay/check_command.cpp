#include <cstdio>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "replay/check.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/server_options.h"

namespace hansard::replay {

using base::Result;

namespace {
struct Options {
  ServerOptions server;
  std::string file;
};

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

void print(const CheckReport& report) {
  std::cout << report.conversations << " conversations, " << report.messages << " messages, " << report.replies
            << " replies, " << report.mentions << " mentions, " << report.members << " members, "
            << report.unread_counts << " unread counts: "
            << (report.differences_total == 0 ? std::string("all equal")
                                              : std::to_string(report.differences_total) + " differences")
            << "\n";
  print_sentences(report.differences, report.differences_total);
}

Result<CheckOptions> check_options(const Options& given) {
  CheckOptions options;
  options.file = given.file;
  TRY(give_server(options, given.server));
  return options;
}

int run(const Options& given) {
  auto options = check_options(given);
  if (!options) return refuse(options.error());
  auto report = check_chat_log(options.value());
  if (!report) return fail(report.error().detail);
  if (given.server.json) {
    std::cout << json_of(report.value()) << "\n";
  } else {
    print(report.value());
  }
  return report.value().differences_total == 0 ? 0 : 1;
}

}  // namespace

Command add_check(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("check", "fold a chat log and compare everything the server answers");
  add_server_options(*words, options->server, "service");
  words->add_option("file", options->file, "the chat log: JSON lines, plain or .zst")
      ->required()
      ->check(CLI::ExistingFile);
  words->footer(
      "Example:\n  hansard-replay check --url http://127.0.0.1:8080 --token-file service.token chat.jsonl.zst");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/import.h"
#include "replay/server_options.h"
#include "replay/workspace_command.h"

namespace hansard::replay {

using base::Result;

namespace {
struct Options {
  WorkspaceCommandOptions workspace;
  std::string format = "hansard-log", speed = "max";
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
  options.file = given.workspace.path;
  TRY(options.speed, parse_speed(given.speed));
  TRY(give_server(options, given.workspace.server));
  return options;
}

// What helps depends on why: only a server that was away needs nothing but time.
std::string what_next(const base::Error& error) {
  if (error.code == base::ErrorCode::io) return " Run the same command again to go on.";
  if (error.code == base::ErrorCode::refused) return " Then run the same command again.";
  if (error.code == base::ErrorCode::not_found) return "";
  return " Mend the file and run the same command again: what is there already is not sent twice.";
}

int run_chat_log(const Options& given) {
  auto options = import_options(given);
  if (!options) return refuse(options.error());
  auto report = import_chat_log(options.value());
  if (!report) return fail(report.error().detail + what_next(report.error()));
  if (given.workspace.server.json) {
    std::cout << json_of(report.value()) << "\n";
  } else {
    print(report.value());
  }
  return report.value().refused_total == 0 ? 0 : 1;
}

int run(const Options& given) {
  const WorkspaceCommandOptions& workspace = given.workspace;
  if (!workspace.dry_run && (workspace.server.url.empty() || workspace.server.token_file.empty())) {
    return refuse_usage("name the server with --url and --token-file, or look first with --dry-run.");
  }
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(workspace.path, ignored);
  if (given.format == "slack" && !is_folder) {
    return refuse_usage(workspace.path + " is a file: unpack the export and name its folder.");
  }
  if (given.format != "slack" && is_folder) {
    return refuse_usage(workspace.path + " is a folder: name the file in it, or say --format slack.");
  }
  if (given.format == "slack") return run_workspace_import(workspace, WorkspaceFormat::slack);
  if (given.format == "mattermost") return run_workspace_import(workspace, WorkspaceFormat::mattermost);
  if (workspace.dry_run) return refuse_usage("--dry-run is for --format slack and mattermost.");
  return run_chat_log(given);
}

}  // namespace

Command add_import(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("import", "play a chat history through the public API; safe to run again");
  add_server_options(*words, options->workspace.server, "service", false);
  words
      ->add_option("file", options->workspace.path,
                   "hansard-log: JSON lines, plain or .zst; slack: an unpacked export's folder; mattermost: its .jsonl")
      ->required()
      ->check(CLI::ExistingPath);
  words->add_option("--format", options->format, "hansard-log (default), slack or mattermost")
      ->check(CLI::IsMember({"hansard-log", "slack", "mattermost"}));
  words->add_option("--speed", options->speed,
                    "hansard-log: max (default), or N times the log's own speed, such as 60x");
  words->add_option("--user-ids", options->workspace.user_ids, "slack: what a user is called here: name, id or email")
      ->check(CLI::IsMember({"name", "id", "email"}));
  words->add_flag("--dry-run", options->workspace.dry_run, "slack, mattermost: count, say what is lost, ask no server");
  words->footer(
      "A line of hansard-log is {\"id\",\"channel\",\"ts\",\"type\",\"from\",\"text\"}, type message, join, leave, "
      "rename or\n"
      "notice; docs/OPERATIONS.md, \"A chat log of your own\", has all members and a sample.\n"
      "Examples:\n"
      "  hansard-replay import --url http://127.0.0.1:8080 --token-file service.token chat.jsonl.zst\n"
      "  unzip export.zip -d slack && hansard-replay import --format slack --dry-run slack");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include <CLI/CLI.hpp>

#include "engine/base/file_reason.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/named_folder.h"
#include "replay/option_values.h"
#include "replay/play.h"
#include "replay/range_options.h"
#include "replay/verify/library_words.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Result;

namespace {
struct Options {
  std::string data, url, token_file, from, to, conversation, actor, to_url, speed = "max", cursor, secret_file, ca_file;
  std::vector<std::string> types;
  std::size_t batch = 1, lanes = 4;
  unsigned attempts = 10;
  bool json = false, quiet = false;
};

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);
void ask_to_stop(int) { stop_asked.store(true); }

// The first signal ends it in order, the second at once.
void catch_signals() {
  struct sigaction action{};
  action.sa_handler = ask_to_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

Result<PlayRange> range_of(const Options& given) {
  PlayRange range;
  range.types = joined(given.types);
  TRY(range.filter.types, types_of(given.types));
  if (!given.conversation.empty()) {
    range.filter.conversation = base::parse_id<domain::ConversationId>(given.conversation);
    if (!range.filter.conversation) return base::error(ErrorCode::malformed, "--conversation is not an id (a UUID).");
  }
  if (!given.actor.empty()) {
    range.filter.actor = base::parse_user_id(given.actor);
    if (!range.filter.actor) return base::error(ErrorCode::malformed, "--actor is not a user id.");
  }
  range.from = given.from;
  range.to = given.to;
  return range;
}

Result<std::unique_ptr<PlaySource>> source_of(const Options& given, const PlayRange& range) {
  if (!given.data.empty()) return play_from_folder(given.data, range);
  ServerOptions server;
  server.url = given.url;
  server.token_file = given.token_file;
  ClientOptions client;
  client.attempts_max = given.attempts;
  client.quiet = given.quiet;
  client.stop = [] { return stop_asked.load(); };
  return play_from_server(server, range, std::move(client));
}

Result<SinkOptions> sink_of(const Options& given) {
  SinkOptions sink;
  sink.url = given.to_url;
  sink.batch_max = given.batch;
  sink.attempts = given.attempts;
  sink.ca_file = given.ca_file;
  sink.quiet = given.quiet;
  sink.stop = [] { return stop_asked.load(); };
  if (!given.secret_file.empty()) {
    if (const auto why = base::why_unreadable(given.secret_file); !why.empty()) {
      return base::error(ErrorCode::io, "The secret file " + given.secret_file + " cannot be read: " + why + ".");
    }
    std::ifstream in(given.secret_file, std::ios::binary);
    sink.secret.assign(std::istreambuf_iterator<char>(in), {});
    if (sink.secret.ends_with('\n')) sink.secret.pop_back();
    if (sink.secret.empty()) return base::error(ErrorCode::malformed, given.secret_file + " holds no secret.");
  }
  return sink;
}

// What only a POST has is not left out without a word.
Result<void> check_sink(const Options& given) {
  if (given.to_url.starts_with("http://") || given.to_url.starts_with("https://")) return base::success();
  const char* left_out = !given.secret_file.empty() ? "--secret-file" : given.batch > 1 ? "--batch" : "";
  if (*left_out == 0 && !given.ca_file.empty()) left_out = "--ca-file";
  if (*left_out == 0) return base::success();
  return base::error(ErrorCode::malformed, std::string(left_out) +
                                               " is for POSTs, to http://… or https://…: "
                                               "leave it out with --to-url " +
                                               given.to_url + ".");
}

std::string purpose_of(const Options& given) {
  return given.to_url + " types=" + joined(given.types) + " conversation=" + given.conversation +
         " actor=" + given.actor;
}

Result<PlayReport> run_play(const Options& given) {
  TRY(auto range, range_of(given));
  TRY(check_sink(given));
  TRY(auto cursor, PlayCursor::open(given.cursor, purpose_of(given)));
  if (!cursor.position().empty()) range.from = cursor.position();
  TRY(auto sink, sink_of(given));
  PlayOptions options;
  TRY(options.speed, parse_speed(given.speed));
  TRY(auto source, source_of(given, range));
  options.lanes = takes_lanes(sink) ? given.lanes : 1;
  options.quiet = given.quiet;
  return play(*source, [&] { return open_sink(sink); }, cursor, options, stop_asked);
}

// Not on standard output where the events go there.
void tell(const Options& given, const PlayReport& report) {
  std::string json = "{";
  append_field(json, "events", report.events);
  append_field(json, "repeats", report.repeats);
  append_field(json, "position", report.position);
  append_flag(json, "interrupted", report.was_interrupted);
  append_field(json, "milliseconds", static_cast<std::uint64_t>(report.seconds * 1000));
  auto& out = given.to_url == "stdout" ? std::cerr : std::cout;
  if (given.json) {
    out << json << "}\n";
  } else if (!given.quiet) {
    out << report.events << " events in " << report.seconds << " s, up to position " << report.position
        << (report.was_interrupted ? "; interrupted, run it again with the same --cursor to go on" : "") << "\n";
  }
}

// Standard output is not spoken on where it has the events.
int refuse(const Options& given, const std::string& why, int status) {
  if (given.to_url != "stdout") return status == 2 ? refuse_usage(why) : fail(why);
  complain(why);
  return status;
}

int run(const Options& given) {
  if (given.data.empty() == given.url.empty()) {
    return refuse(given, "Give --data FOLDER, or --url with --token-file.", 2);
  }
  if (!given.url.empty() && given.token_file.empty()) {
    return refuse(given,
                  "The server asks who reads its log: give a file with a token of scope service or audit "
                  "with --token-file.",
                  2);
  }
  if (!given.data.empty()) {
    if (auto store = find_store(given.data); !store) return refuse(given, store.error().detail, 2);
  }
  catch_signals();
  const auto report = run_play(given);
  if (!report) {
    const bool is_usage = report.error().code == ErrorCode::malformed;
    const bool keeps = !given.cursor.empty() && !is_usage;
    const auto error = given.data.empty() ? report.error() : verify::log_error(given.data, report.error());
    const std::string why = error.detail + (keeps ? " The cursor keeps its place: run it again to go on." : "");
    return refuse(given, why, is_usage ? 2 : 1);
  }
  tell(given, report.value());
  return report.value().was_interrupted ? 1 : 0;
}

void add_options(CLI::App& words, Options& options) {
  words.add_option("--data", options.data, "the data folder of a stopped server")->type_name("DIR");
  auto* url = words.add_option("--url", options.url, "or a server, such as http://127.0.0.1:8080");
  words.add_option("--token-file", options.token_file, "with --url: a file with a token of scope service or audit")
      ->check(CLI::ExistingFile)
      ->needs(url);
  words.add_option("--from", options.from, "events after this position (the beginning)");
  words.add_option("--to", options.to, "up to this position (the end of the log)");
  add_values_option(words, "--type", options.types, "only this event type, or a group (message.*); may be repeated");
  words.add_option("--conversation", options.conversation, "only events about this conversation");
  words.add_option("--actor", options.actor, "only what this user did");
  words.add_option("--to-url", options.to_url, "http://…, https://…, ws://…, wss://… or stdout")->required();
  words.add_option("--speed", options.speed, "max (default), or N times the log's own speed, such as 60x");
  words.add_option("--cursor", options.cursor, "a file that remembers how far it came; the next run goes on there");
  words.add_option("--batch", options.batch, "events of one POST; 1 (default) posts the event itself")
      ->check(CLI::Range(1, 1'000));
  words.add_option("--lanes", options.lanes, "POSTs side by side; a conversation keeps its order (4)")
      ->check(CLI::Range(1, 64));
  words.add_option("--attempts", options.attempts, "of one POST, or one page of --url, before it ends (10)")
      ->check(CLI::Range(1, 1'000));
  words.add_option("--secret-file", options.secret_file, "sign like a webhook, with the secret in this file")
      ->check(CLI::ExistingFile);
  words.add_option("--ca-file", options.ca_file, "certificates to trust instead of the system's")
      ->check(CLI::ExistingFile);
  words.add_flag("--json", options.json, "one JSON object in the end");
  words.add_flag("--quiet", options.quiet, "no progress");
}
}  // namespace

Command add_play(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("play", "play events of the log into something else");
  add_options(*words, *options);
  words->footer(
      "Example:\n  hansard-replay play --data ./data --type 'message.*' --to-url https://example.org/hook "
      "--cursor hook.cursor\n\n"
      "A WebSocket acknowledges nothing: the cursor moves only when the receiver has answered our close after the "
      "last\n"
      "event with its own, status 1000. Any other end is exit status 1, and the next run sends everything again.");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "engine/base/clock.h"
#include "engine/base/json.h"
#include "engine/base/position_text.h"
#include "engine/engine.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/conversation_events.h"
#include "replay/moment.h"
#include "replay/named_folder.h"
#include "replay/progress.h"
#include "replay/story.h"
#include "replay/verify/library_words.h"

namespace hansard::replay {

using base::Position;
using base::Result;

namespace {
constexpr std::size_t kStretchEvents = 1'000;

struct Options {
  std::string data, conversation, user, from, to;
  bool json = false, quiet = false;
};

struct Range {
  Position from, to;  // from < position <= to
};

Result<Subject> subject_of(const Options& given) {
  if (!given.user.empty()) {
    auto user = base::parse_user_id(given.user);
    if (!user) return base::error(base::ErrorCode::malformed, "'" + given.user + "' is not a user id");
    return Subject{{}, *std::move(user)};
  }
  auto id = base::parse_id<base::ConversationId>(given.conversation);
  if (!id) {
    return base::error(base::ErrorCode::malformed, "'" + given.conversation + "' is not the id of a conversation");
  }
  return Subject{*id, {}};
}

Result<Range> range_of(const engine::Engine& engine, const Options& given) {
  Range range{{}, engine.durable()};
  if (!given.from.empty()) {
    TRY(auto from, position_of(engine, given.from));
    range.from = from;
  }
  if (!given.to.empty()) {
    TRY(auto to, position_of(engine, given.to));
    range.to = to;
  }
  if (range.from <= range.to) return range;
  return base::error(base::ErrorCode::malformed, "--from is later than --to");
}

void print(const domain::RecordedEvent& event, const std::string& words, bool json, std::uint32_t epoch) {
  if (!json) {
    std::cout << event.position.value << "  " << base::time_text(event.time) << "  " << words << "\n";
    return;
  }
  std::string out = "{\"position\":";
  base::append_json_string(out, base::position_text(epoch, event.position));
  out += ",\"time\":";
  base::append_json_time(out, event.time);
  out += ",\"type\":";
  base::append_json_string(out, domain::type_name(domain::type_of(*event.body)));
  out += ",\"actor\":";
  base::append_json_string(out, event.actor.value);
  out += ",\"words\":";
  base::append_json_string(out, words);
  std::cout << out << "}\n";
}

// Every event up to the end of the range, or at least those the subject is in.
Result<void> read_events(const engine::Engine& engine, const Options& given, const Subject& subject, Position through,
                         const std::function<void(Position)>& progress, const TakeEvent& take) {
  if (subject.conversation) {
    return for_each_event_about(engine, given.data, {*subject.conversation, through}, progress, take);
  }
  for (Position at; at < through;) {
    TRY(auto events, engine.read(at, kStretchEvents));
    if (events.empty()) return base::error(base::ErrorCode::corrupt, "the log ends before its durable position");
    for (const auto& event : events) {
      if (event->position > through) break;
      TRY(take(*event));
    }
    at = events.back()->position;
    progress(at);
  }
  return base::success();
}

// The number of changes told.
Result<std::uint64_t> tell(const engine::Engine& engine, const Options& given) {
  TRY(auto subject, subject_of(given));
  TRY(auto range, range_of(engine, given));
  Story story(subject);
  Progress progress("reading", given.quiet);
  const auto share = [&](Position at) {
    progress.update(at.value, static_cast<double>(at.value) / static_cast<double>(range.to.value));
  };
  std::uint64_t told = 0;
  TRY(read_events(engine, given, subject, range.to, share, [&](const domain::RecordedEvent& event) -> Result<void> {
    auto words = story.tell(event);
    if (!words || event.position <= range.from) return base::success();
    print(event, *words, given.json, engine.epoch());
    ++told;
    return base::success();
  }));
  return told;
}

int run(const Options& given) {
  if (given.conversation.empty() == given.user.empty()) return refuse_usage("name one of --conversation and --user");
  if (auto store = find_store(given.data); !store) return refuse_usage(store.error().detail);
  auto engine = engine::Engine::open_read_only(given.data);
  if (!engine) return refuse(verify::log_error(given.data, engine.error()));
  auto told = tell(*engine.value(), given);
  if (!told) return refuse(verify::log_error(given.data, told.error()));
  if (told.value() == 0 && !given.json) std::cout << "nothing changed\n";
  return 0;
}
}  // namespace

Command add_diff(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("diff", "say in words what changed between two positions or times");
  words->add_option("--data", options->data, "the data folder, of a stopped or a running server")
      ->required()
      ->type_name("DIR");
  words->add_option("--conversation", options->conversation, "everything in this conversation");
  words->add_option("--user", options->user, "what this user did, and what was done to him");
  words->add_option("--from", options->from, "a position or an RFC 3339 time; the beginning when absent");
  words->add_option("--to", options->to, "a position or an RFC 3339 time; the newest position when absent");
  words->add_flag("--json", options->json, "one JSON object a line");
  words->add_flag("--quiet", options->quiet, "no progress line");
  words->footer(
      "Example:\n  hansard-replay diff --data data --conversation 0192f0c1-0000-7000-8000-000000000001 --from 1200 "
      "--to 2026-05-01T12:00:00Z");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "engine/engine.h"
#include "projections/one_conversation.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/conversation_events.h"
#include "replay/moment.h"
#include "replay/named_folder.h"
#include "replay/progress.h"
#include "replay/transcript.h"
#include "replay/verify/library_words.h"

namespace hansard::replay {

using base::Result;

namespace {
struct Options {
  std::string data, conversation, at;
  std::uint64_t before = 0;
  std::size_t limit = 50;
  bool json = false, quiet = false;
};

Result<base::ConversationId> conversation_of(const std::string& text) {
  auto id = base::parse_id<base::ConversationId>(text);
  if (!id) return base::error(base::ErrorCode::malformed, "'" + text + "' is not the id of a conversation");
  return *id;
}

Result<Scene> scene_at(const engine::Engine& engine, const Options& given) {
  TRY(auto id, conversation_of(given.conversation));
  base::Position at = engine.durable();
  if (!given.at.empty()) {
    TRY(auto asked, position_of(engine, given.at));
    at = asked;
  }
  Progress progress("reading", given.quiet);
  auto share = [&](base::Position p) {
    progress.update(p.value, static_cast<double>(p.value) / static_cast<double>(at.value));
  };
  const auto walk = [&](const TakeEvent& take) {
    return for_each_event_about(engine, given.data, {id, at}, share, take);
  };
  TRY(auto then, projections::fold_conversation(engine.epoch(), id, at, walk));
  auto scene = scene_of(*then, id, {given.before}, given.limit);
  if (!scene) {
    return base::error(base::ErrorCode::not_found,
                       "there is no conversation " + given.conversation + " as of " + describe(engine, at));
  }
  TRY(auto time, time_at(engine, at));
  scene->time = time;
  return *std::move(scene);
}

int run(const Options& given) {
  if (auto store = find_store(given.data); !store) return refuse_usage(store.error().detail);
  auto engine = engine::Engine::open_read_only(given.data);
  if (!engine) return refuse(verify::log_error(given.data, engine.error()));
  auto scene = scene_at(*engine.value(), given);
  if (!scene) return refuse(verify::log_error(given.data, scene.error()));
  std::cout << (given.json ? json_of(scene.value(), engine.value()->epoch()) + "\n" : text_of(scene.value()));
  return 0;
}
}  // namespace

Command add_show(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("show", "print a conversation as it stood at a position or a time");
  words->add_option("--data", options->data, "the data folder, of a stopped or a running server")
      ->required()
      ->type_name("DIR");
  words->add_option("--conversation", options->conversation, "its id")->required();
  words->add_option("--at", options->at, "a position or an RFC 3339 time; the newest position when absent");
  words->add_option("--before", options->before, "only messages before this ordinal");
  words->add_option("--limit", options->limit, "how many messages")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  words->add_flag("--json", options->json, "one JSON object");
  words->add_flag("--quiet", options->quiet, "no progress line");
  words->footer(
      "Example:\n  hansard-replay show --data data --conversation 0192f0c1-0000-7000-8000-000000000001 "
      "--at 2026-05-01T12:00:00Z\n\nErased content stays erased, whatever the position.");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

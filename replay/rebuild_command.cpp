#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "engine/log/folder_lock.h"
#include "engine/log/rocks_log.h"
#include "engine/read_only_engine.h"
#include "projections/rebuild_offline.h"
#include "projections/search/rebuild_offline.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/named_folder.h"
#include "replay/option_values.h"
#include "replay/progress.h"
#include "replay/rebuild_online.h"
#include "replay/verify/library_words.h"

namespace hansard::replay {

using base::Result;
using projections::OfflineOutcome;
using projections::OfflineRequest;

namespace {
constexpr char kSearch[] = "search";

struct Options {
  std::string data, url, token_file;
  std::vector<std::string> views;
  bool compare_only = false, force = false, json = false, quiet = false;
};

// The first of them that is no view.
std::optional<std::string> find_unknown(const std::vector<std::string>& views) {
  for (const std::string& name : views) {
    if (name != kSearch && projections::find_view_kind(name) == nullptr) return name;
  }
  return std::nullopt;
}

// Each of `given.views` is search or has a kind (find_unknown).
OfflineRequest request_of(const Options& given) {
  OfflineRequest request{{}, given.compare_only, given.force};
  for (const std::string& name : given.views) {
    if (name == kSearch) continue;
    const auto* kind = projections::find_view_kind(name);
    const bool is_new = std::find(request.kinds.begin(), request.kinds.end(), kind) == request.kinds.end();
    if (is_new) request.kinds.push_back(kind);
  }
  if (given.views.empty()) request.kinds.assign(projections::view_kinds().begin(), projections::view_kinds().end());
  return request;
}

std::string sentence_of(const OfflineOutcome& outcome) {
  std::string text = outcome.view + ": ";
  if (outcome.position) text += "built to position " + std::to_string(outcome.position.value) + "; ";
  if (outcome.comparison) text += projections::in_words(*outcome.comparison);
  if (!outcome.not_compared.empty()) {
    text += (outcome.comparison ? " (" : "not compared: ") + outcome.not_compared + (outcome.comparison ? ")" : "");
  }
  if (!outcome.comparison && !outcome.not_compared.empty() && !outcome.is_swapped) return text;
  if (outcome.is_swapped) return text + "; it serves from the next start on";
  return text + (outcome.is_well ? "; nothing was swapped" : "; not swapped: --force does it all the same");
}

std::string json_of(const std::vector<OfflineOutcome>& outcomes) {
  std::string out = "[";
  for (const auto& outcome : outcomes) {
    out += out.back() == '[' ? "{" : ",{";
    append_field(out, "view", outcome.view);
    append_field(out, "position", outcome.position.value);
    append_field(out, "digest", outcome.digest);
    append_field(out, "differing", outcome.comparison ? outcome.comparison->differing : 0);
    append_flag(out, "swapped", outcome.is_swapped);
    append_flag(out, "well", outcome.is_well);
    append_field(out, "outcome", sentence_of(outcome));
    out += '}';
  }
  return out + "]";
}

bool wants_search(const Options& given) {
  return given.views.empty() || std::find(given.views.begin(), given.views.end(), kSearch) != given.views.end();
}

Result<std::vector<OfflineOutcome>> rebuild_stopped(const Options& given, const OfflineRequest& request) {
  TRY(log::look_for_log(given.data));
  TRY(auto lock, log::FolderLock::take(given.data));
  TRY(auto engine, engine::ReadOnlyEngine::open_locked(given.data));
  projections::ViewOptions options;
  options.data_folder = given.data;
  Progress progress("rebuild", given.quiet);
  std::uint64_t of = engine->durable().value;
  auto told = [&](base::Position at) {
    progress.update(at.value, of == 0 ? 1 : static_cast<double>(at.value) / static_cast<double>(of));
  };
  std::vector<OfflineOutcome> outcomes;
  if (!request.kinds.empty()) {
    TRY(outcomes, projections::rebuild_offline(*engine, options, request, told));
  }
  if (wants_search(given)) {
    TRY(auto search, search::rebuild_search_offline(*engine, given.data, request, told));
    outcomes.push_back(std::move(search));
  }
  progress.finish(of);
  return outcomes;
}

int run_stopped(const Options& given) {
  if (auto store = find_store(given.data); !store) return refuse_usage(store.error().detail);
  auto outcomes = rebuild_stopped(given, request_of(given));
  if (!outcomes) return fail(verify::log_error(given.data, outcomes.error()).detail);
  bool is_well = true;
  for (const auto& outcome : outcomes.value()) {
    is_well = is_well && outcome.is_well;
    if (!given.json) std::cout << sentence_of(outcome) << "\n";
  }
  if (given.json) std::cout << json_of(outcomes.value()) << "\n";
  return is_well ? 0 : 1;
}

int run(const Options& given) {
  if (given.data.empty() == given.url.empty()) {
    return refuse_usage("Say either --data (of a stopped server) or --url and --token-file (of a running one).");
  }
  if (const auto name = find_unknown(given.views)) {
    return refuse_usage("There is no view '" + *name + "': the views are chat, audit and search.");
  }
  if (!given.data.empty()) return run_stopped(given);
  return rebuild_online(
      {given.url, given.token_file, given.views, given.compare_only, given.force, given.json, given.quiet});
}
}  // namespace

Command add_rebuild(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("rebuild", "build views again from the log, compare them, and swap");
  auto* data = words->add_option("--data", options->data, "the data folder of a stopped server")->type_name("DIR");
  auto* url =
      words->add_option("--url", options->url, "a running server, such as http://127.0.0.1:8080")->excludes(data);
  words->add_option("--token-file", options->token_file, "a file with a token of scope admin")
      ->check(CLI::ExistingFile)
      ->needs(url);
  add_values_option(*words, "--view", options->views, "chat, audit or search (all)");
  words->add_flag("--compare-only", options->compare_only,
                  "say how many rows differ, and the first in words; swap nothing");
  words->add_flag("--force", options->force, "swap also what differs");
  words->add_flag("--json", options->json, "JSON on standard output");
  words->add_flag("--quiet", options->quiet, "no progress");
  words->footer(
      "Example:\n  hansard-replay rebuild --data data --compare-only\n"
      "  hansard-replay rebuild --url http://127.0.0.1:8080 --token-file admin.token --view chat");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

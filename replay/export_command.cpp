#include <cstdio>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "engine/base/hex.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/file_options.h"
#include "replay/named_folder.h"
#include "replay/progress.h"
#include "replay/range_options.h"
#include "replay/segments/exporter.h"
#include "replay/verify/library_words.h"

namespace hansard::replay {

using base::Result;

namespace {
struct Options {
  std::string data, out, format = "segments", io = "auto";
  RangeOptions range;
  bool proofs = false, no_proofs = false, attachments = false, no_attachments = false, json = false, quiet = false;
};

Result<segments::ExportRequest> request_of(const Options& given) {
  segments::ExportRequest request;
  request.data = given.data;
  request.out = without_slashes(given.out);
  request.kind = segments::kind_of(given.format).value_or(segments::Kind::segments);
  request.from = given.range.from;
  request.to = given.range.to;
  TRY(request.from_time, time_of("--from-time", given.range.from_time));
  TRY(request.to_time, time_of("--to-time", given.range.to_time));
  if (request.from_time && request.to_time && *request.from_time > *request.to_time) {
    return base::error(base::ErrorCode::malformed, "--from-time is later than --to-time.");
  }
  TRY(request.filter, filter_of(given.range));
  using Proofs = segments::ExportRequest::Proofs;
  if (given.proofs || given.no_proofs) request.proofs = given.proofs ? Proofs::with : Proofs::without;
  if (given.attachments || given.no_attachments) request.with_attachments = given.attachments;
  request.io = io_choice(given.io);
  return request;
}

// What `verify` of a store restored from it would name as damage.
std::string left_out(const segments::ExportReport& report) {
  const auto& [files, bytes, missing] = report.left_out;
  char size[32];
  std::snprintf(size, sizeof size, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return counted(files, "attachment") + " of the store (" + size +
         ") left out: export with `--attachments` to bring them.";
}

std::string json_of(const segments::ExportReport& report, const std::string& out_folder, double seconds) {
  const segments::Manifest& manifest = report.manifest;
  std::string out = "{";
  append_field(out, "out", std::string_view(out_folder));
  append_field(out, "kind", segments::word_of(manifest.kind));
  append_field(out, "from", manifest.from.value);
  append_field(out, "to", manifest.to.value);
  append_field(out, "events", manifest.events());
  append_field(out, "record_bytes", manifest.record_bytes());
  append_field(out, "files", manifest.files.size());
  append_field(out, "bytes", report.bytes);
  append_field(out, "resumed", report.files_resumed);
  append_flag(out, "restorable", manifest.is_full_prefix());
  append_flag(out, "at_rest", manifest.at_rest);
  append_flag(out, "checkpoint", !manifest.checkpoint.empty());
  append_field(out, "attachments", manifest.attachments.value_or(segments::Attachments{}).files);
  append_field(out, "attachments_left_out", report.left_out.files);
  if (report.left_out.files > 0) append_field(out, "note", std::string_view(left_out(report)));
  if (manifest.root) append_field(out, "root", base::hex(base::view_of(*manifest.root)));
  append_field(out, "io", std::string_view(report.io));
  append_field(out, "milliseconds", static_cast<std::uint64_t>(seconds * 1000));
  return out + "}";
}

std::string what_it_holds(const segments::Manifest& manifest) {
  if (manifest.to < manifest.from) return "no events, the log has none within what was asked for,";
  return counted(manifest.events(), "event") + " of positions " + std::to_string(manifest.from.value) + " to " +
         std::to_string(manifest.to.value);
}

void print_attachments(const segments::Attachments& attachments) {
  std::printf("%s, %.1f MB; %llu that its events name %s not there any more\n",
              counted(attachments.files, "attachment").c_str(), static_cast<double>(attachments.bytes) / 1e6,
              static_cast<unsigned long long>(attachments.missing), attachments.missing == 1 ? "is" : "are");
}

void print_what_it_is_for(const segments::ExportReport& report) {
  if (!report.manifest.is_full_prefix()) {
    std::puts("It is a part of the log, evidence to read: it cannot be restored.");
    return;
  }
  std::printf("It holds every event up to there%s: `hansard-replay restore` takes it.\n",
              report.left_out.files > 0 ? ", without the bytes of attachments" : "");
  if (report.manifest.at_rest) return;
  std::puts("It is no move, since its store was in use or goes on: what is restored of it begins a new epoch.");
}

void print(const segments::ExportReport& report, const std::string& out_folder, double seconds) {
  const segments::Manifest& manifest = report.manifest;
  const double megabytes = static_cast<double>(report.bytes_this_run) / 1e6;
  std::printf("%s: %s in %s, %.1f MB\n", out_folder.c_str(), what_it_holds(manifest).c_str(),
              counted(manifest.files.size(), "file").c_str(), static_cast<double>(report.bytes) / 1e6);
  std::printf("%.1f MB of records in %.1f s (%.0f MB/s, %s)\n", megabytes, seconds,
              megabytes / std::max(seconds, 0.001), report.io.c_str());
  if (report.files_resumed > 0) {
    std::printf("%llu stretches were there from an interrupted run\n",
                static_cast<unsigned long long>(report.files_resumed));
  }
  if (manifest.attachments) print_attachments(*manifest.attachments);
  if (!manifest.checkpoint.empty()) {
    std::puts(
        "Each event up to its signed checkpoint comes with a proof: `hansard-replay verify --proof` or docs/PROOF.md.");
  } else if (!manifest.filter.empty()) {
    std::puts("It has no proofs: there is no signed checkpoint to prove with, or they were left out.");
  }
  if (report.left_out.files > 0) std::puts(left_out(report).c_str());
  print_what_it_is_for(report);
}

int run(const Options& given) {
  auto request = request_of(given);
  if (!request) return refuse(request.error());
  const bool with_files = request.value().takes_attachments();
  auto store = find_store(given.data, with_files ? Reads::attachments : Reads::log);
  if (!store) return refuse_usage(store.error().detail);
  Progress progress("export", given.quiet || given.json);
  request.value().on_progress = [&](std::uint64_t read, std::uint64_t of) {
    progress.update(read, static_cast<double>(read) / static_cast<double>(of));
  };
  auto report = segments::export_log(request.value(), base::system_clock());
  if (!report) return refuse(verify::log_error(given.data, report.error()));
  progress.finish(report.value().manifest.events());
  if (given.json) {
    std::cout << json_of(report.value(), request.value().out, progress.seconds()) << "\n";
  } else {
    print(report.value(), request.value().out, progress.seconds());
  }
  return 0;
}
}  // namespace

Command add_export(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("export", "write the log, or a part of it, into files that stand for themselves");
  words->add_option("--data", options->data, "the data folder of a stopped or running server")
      ->required()
      ->type_name("DIR");
  words->add_option("--out", options->out, "the folder to make; run again after an interruption to go on")->required();
  words->add_option("--format", options->format, "segments (compressed, restorable), jsonl or csv")
      ->check(CLI::IsMember({"segments", "jsonl", "csv"}));
  add_range_options(*words, options->range);
  auto* proofs = words->add_flag("--proofs", options->proofs,
                                 "a proof of each event, under the last signed checkpoint; with a filter by itself");
  words->add_flag("--no-proofs", options->no_proofs, "no proofs, also with a filter")->excludes(proofs);
  auto* attachments = words->add_flag("--attachments", options->attachments,
                                      "the bytes of attachments that the events name; with a filter by itself");
  words->add_flag("--no-attachments", options->no_attachments, "no attachments, also with a filter")
      ->excludes(attachments);
  add_io_option(*words, options->io);
  words->add_flag("--json", options->json, "the outcome as one JSON object");
  words->add_flag("--quiet", options->quiet, "no progress line");
  words->footer(
      "Examples:\n  hansard-replay export --data data --out everything\n"
      "  hansard-replay export --data data --out case-7 --format jsonl --actor ada --from-time 2024-05-01T00:00:00Z\n"
      "  hansard-replay export --data data --out everything --attachments");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

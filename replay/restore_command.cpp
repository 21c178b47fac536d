#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "engine/base/hex.h"
#include "replay/command_output.h"
#include "replay/commands.h"
#include "replay/erasures_file.h"
#include "replay/file_options.h"
#include "replay/named_folder.h"
#include "replay/option_values.h"
#include "replay/progress.h"
#include "replay/range_options.h"
#include "replay/segments/restorer.h"

namespace hansard::replay {

using base::Result;

namespace {
struct Options {
  std::string from, data, to_time, erasures, holds, io = "auto";
  std::optional<base::GivenPosition> to;
  bool keep_epoch = false, new_epoch = false, json = false, quiet = false;
};

Result<segments::RestoreRequest> request_of(const Options& given) {
  segments::RestoreRequest request;
  request.from = without_slashes(given.from);
  request.data = without_slashes(given.data);
  request.to = given.to;
  TRY(request.to_time, time_of("--to-time", given.to_time));
  if (given.keep_epoch) request.epoch = segments::EpochChoice::keep;
  if (given.new_epoch) request.epoch = segments::EpochChoice::raise;
  request.io = io_choice(given.io);
  return request;
}

// Nothing where all are there. `verify` names each of them as damage.
std::string missing_attachments(const segments::RestoreReport& report) {
  if (report.attachments_missing == 0) return "";
  const std::string count = counted(report.attachments_missing, "attachment") + " of its log did not come with it: ";
  if (report.had_attachments) return count + "the bytes were not there when the copy was made.";
  return count + "export with `--attachments` and restore again, or copy `files/` of the store it came from into it.";
}

std::string json_of(const segments::RestoreReport& report, const std::optional<process::OfflineErasures>& erased,
                    double seconds) {
  std::string out = "{";
  append_field(out, "position", report.end.value);
  append_field(out, "available", report.available.value);
  append_field(out, "epoch", std::uint64_t{report.epoch});
  append_flag(out, "epoch_raised", report.epoch_raised);
  append_field(out, "record_bytes", report.record_bytes);
  append_field(out, "attachments", report.attachments);
  append_field(out, "attachments_missing", report.attachments_missing);
  if (report.attachments_missing > 0) append_field(out, "note", std::string_view(missing_attachments(report)));
  if (report.root) append_field(out, "root", base::hex(base::view_of(*report.root)));
  if (erased) {
    append_field(out, "erasures_applied", erased->complete);
    append_field(out, "erasures_in_the_copy", erased->already);
    append_field(out, "erasures_with_nothing_to_erase", erased->nothing);
    append_field(out, "erasures_held", erased->held);
    append_field(out, "holds_placed", erased->holds_placed);
    append_field(out, "holds_released", erased->holds_released);
    append_field(out, "messages_erased", erased->messages);
    append_field(out, "records_erased", erased->records);
  }
  append_field(out, "milliseconds", static_cast<std::uint64_t>(seconds * 1000));
  return out + "}";
}

// The rule sees of the store it came from what the copy says of it, and not what it did since.
void tell_epoch(const segments::RestoreReport& report, bool by_rule) {
  if (report.epoch_raised) {
    std::printf("It begins epoch %u: positions that clients hold from before are answered with `gap`.\n", report.epoch);
    return;
  }
  std::printf("It goes on in epoch %u: the store it came from must not be served any more.\n", report.epoch);
  if (by_rule) {
    std::puts(
        "If that one was served after this copy was made, restore again with --new-epoch: clients hold positions "
        "that will mean something else here.");
  }
}

void print(const segments::RestoreReport& report, const std::string& data, double seconds) {
  const double megabytes = static_cast<double>(report.record_bytes) / 1e6;
  std::printf("%s: positions 1 to %llu of %llu, every one verified; %.1f MB of records in %.1f s (%.0f MB/s)\n",
              data.c_str(), static_cast<unsigned long long>(report.end.value),
              static_cast<unsigned long long>(report.available.value), megabytes, seconds,
              megabytes / std::max(seconds, 0.001));
  if (report.attachments_missing > 0) std::puts(missing_attachments(report).c_str());
}

struct Lists {
  std::vector<process::OfflineErasure> erasures;
  std::vector<process::OfflineHold> holds;
};

// What a hold keeps that was placed after the copy was made would be gone for good.
Result<void> check_kept(const Lists& lists, const Options& given) {
  const auto kept = std::ranges::count_if(lists.erasures, [](const auto& erasure) { return erasure.is_kept; });
  if (kept == 0 || !given.holds.empty()) return base::success();
  return base::error(base::ErrorCode::malformed,
                     "a legal hold keeps part of what " + counted(static_cast<std::uint64_t>(kept), "erasure") +
                         " of " + given.erasures +
                         " would take, and the copy may not know it: give the items of "
                         "GET /api/v1/admin/holds as JSON lines with --holds, or take the lines that are not "
                         "complete and have `held` out of the list");
}

Result<Lists> read_lists(const Options& given) {
  Lists lists;
  if (!given.erasures.empty()) {
    TRY(lists.erasures, read_erasures(given.erasures));
  }
  if (!given.holds.empty()) {
    TRY(lists.holds, read_holds(given.holds));
  }
  TRY(check_kept(lists, given));
  return lists;
}

// What was erased after the copy was made must not come back, and what a hold placed since then keeps must not expire:
// before the folder has its name.
Result<process::OfflineErasures> apply_lists(const Options& given, const std::string& folder, const Lists& lists) {
  Progress progress("erase", given.quiet || given.json);
  const auto total = static_cast<double>(lists.erasures.size());
  TRY(auto report, process::erase_offline(folder, lists.erasures, lists.holds, [&](std::uint64_t done) {
        progress.update(done, static_cast<double>(done) / total);
      }));
  progress.finish(lists.erasures.size());
  return report;
}

void tell_applied(const process::OfflineErasures& report, const Lists& lists) {
  if (!lists.holds.empty()) {
    std::printf("Of the list of legal holds %llu were placed, and %llu of the copy released.\n",
                static_cast<unsigned long long>(report.holds_placed),
                static_cast<unsigned long long>(report.holds_released));
  }
  if (lists.erasures.empty()) return;
  std::printf(
      "Of the list of erasures %llu were applied, %llu messages and %llu records; %llu were in the copy already, "
      "%llu had nothing to erase, %llu are held.\n",
      static_cast<unsigned long long>(report.complete), static_cast<unsigned long long>(report.messages),
      static_cast<unsigned long long>(report.records), static_cast<unsigned long long>(report.already),
      static_cast<unsigned long long>(report.nothing), static_cast<unsigned long long>(report.held));
}

int run(const Options& given) {
  auto request = request_of(given);
  if (!request) return refuse(request.error());
  if (auto copy = find_copy(given.from); !copy) return refuse_usage(copy.error().detail);
  const auto lists = read_lists(given);
  if (!lists) return refuse(lists.error());
  Progress progress("restore", given.quiet || given.json);
  request.value().on_progress = [&](std::uint64_t restored, std::uint64_t of) {
    progress.update(restored, static_cast<double>(restored) / static_cast<double>(of));
  };
  std::optional<process::OfflineErasures> applied;
  if (!lists.value().erasures.empty() || !lists.value().holds.empty()) {
    request.value().before_naming = [&](const std::string& folder) -> Result<void> {
      TRY(applied, apply_lists(given, folder, lists.value()));
      return base::success();
    };
  }
  auto report = segments::restore(request.value());
  if (!report) return refuse(report.error());
  progress.finish(report.value().end.value);
  if (given.json) {
    std::cout << json_of(report.value(), applied, progress.seconds()) << "\n";
    return 0;
  }
  print(report.value(), request.value().data, progress.seconds());
  tell_epoch(report.value(), !given.keep_epoch);
  if (applied) tell_applied(*applied, lists.value());
  return 0;
}
}  // namespace

Command add_restore(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* words = app.add_subcommand("restore", "make a data folder from an export or a backup, verifying every record");
  words->add_option("--from", options->from, "the folder of an export of segments, or of a backup")
      ->required()
      ->type_name("DIR");
  words->add_option("--data", options->data, "the data folder to make")->required();
  add_position_option(*words, "--to", options->to, "restore no further than this position");
  words->add_option("--to-time", options->to_time, "restore nothing after this RFC 3339 time");
  words
      ->add_option("--erasures", options->erasures,
                   "JSON lines of erasures; those that came after the copy are applied before the store is whole")
      ->check(CLI::ExistingFile);
  words
      ->add_option(
          "--holds", options->holds,
          "JSON lines of legal holds; what was placed and released after the copy is so before anything can expire")
      ->check(CLI::ExistingFile);
  auto* keep = words->add_flag("--keep-epoch", options->keep_epoch,
                               "a move: positions stay valid, and the old store is never served again");
  words->add_flag("--new-epoch", options->new_epoch, "positions from before become invalid")->excludes(keep);
  add_io_option(*words, options->io);
  words->add_flag("--json", options->json, "the outcome as one JSON object");
  words->add_flag("--quiet", options->quiet, "no progress line");
  words->footer(
      "Examples:\n  hansard-replay restore --from everything --data data\n"
      "  hansard-replay restore --from backups/nightly --data data --to-time 2024-05-01T12:00:00Z\n"
      "  hansard-replay restore --from backups/nightly --data data --erasures erasures.jsonl --holds holds.jsonl");
  return {words, [options] { return run(*options); }};
}

}  // namespace hansard::replay

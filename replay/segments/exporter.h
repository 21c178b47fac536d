// An export from its options to a folder with a manifest: the log is read in aligned stretches, each by a thread that
// checks, filters, compresses and writes it, and journals it once it is on stable storage (export_folder.h).
//
// Thread: export_log from one; `on_progress` is called by one thread at a time.
// Limits: threads_for_work() stretches at a time, each with one frame and kBlocksInFlight pieces in memory.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/given_position.h"
#include "engine/files/file_io.h"
#include "replay/segments/manifest.h"

namespace hansard::segments {

struct ExportRequest {
  std::string data;  // a data folder, of a stopped or a running server
  std::string out;   // made; not there yet
  Kind kind = Kind::segments;
  std::optional<base::GivenPosition> from, to;        // both included
  std::optional<base::Timestamp> from_time, to_time;  // both included; with positions the narrower counts
  Filter filter;
  // A line for each event that the last signed checkpoint covers; costs more than the rest. Automatic: with a filter,
  // where there is a checkpoint, since what comes out is evidence.
  enum class Proofs { automatic, with, without } proofs = Proofs::automatic;
  // The bytes of attachments that its events carry or announce. Nothing: with a filter.
  std::optional<bool> with_attachments;
  bool takes_attachments() const { return with_attachments.value_or(!filter.empty()); }
  files::IoChoice io = files::IoChoice::automatic;
  // Positions read so far, and of how many; where attachments are looked for the log is read once more.
  std::function<void(std::uint64_t read, std::uint64_t of)> on_progress;
};

struct ExportReport {
  Manifest manifest;
  std::uint64_t bytes = 0;           // of all files of records
  std::uint64_t files_resumed = 0;   // stretches an interrupted run had read
  std::uint64_t bytes_this_run = 0;  // of records, without those
  Attachments left_out;              // of the store, where the manifest has none
  std::string io;                    // "uring" or "posix"
};

// Errors: malformed (options), not_found (no log), refused (the place is taken, or inside the data folder), corrupt
// (the log), io.
Result<ExportReport> export_log(const ExportRequest& request, base::Clock& clock);

}  // namespace hansard::segments

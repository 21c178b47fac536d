// A restore: a full prefix back into a data folder, in an export's segments or in a backup's log. Every file is read
// once and held against its manifest, every record against its own checksum and commitments, positions against density,
// the whole against the root; what comes out has the same records byte for byte and so the same leaves.
//
// The folder is made beside (<data>.restoring) and renamed when everything was right: a restore that failed leaves
// nothing, one that was interrupted no data folder, and the next one clears what it left beside.
//
// Epoch: positions that clients of the old store hold must not be taken for positions of what is appended after the
// restore. So the epoch rises, unless this is a move: all of an export of a store that nobody wrote to, up to its end
// (docs/adr/0028).
//
// Thread: restore from one; `on_progress` is called by one thread at a time.
// Limits: threads_for_work() segments at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/base/given_position.h"
#include "engine/files/file_io.h"
#include "replay/segments/manifest.h"

namespace hansard::segments {

enum class EpochChoice { by_rule, keep, raise };

struct RestoreRequest {
  std::string from;  // an export, or a backup
  std::string data;  // made; not there yet, or an empty folder
  std::optional<base::GivenPosition> to;
  std::optional<base::Timestamp> to_time;
  EpochChoice epoch = EpochChoice::by_rule;
  files::IoChoice io = files::IoChoice::automatic;
  std::function<void(std::uint64_t restored, std::uint64_t of)> on_progress;
  // What is still to be done to the folder before it gets its name, so that nobody can serve it without; it is not
  // locked meanwhile. An error ends the restore like any other.
  std::function<Result<void>(const std::string& folder)> before_naming;
};

struct RestoreReport {
  Position end;             // the last position restored
  Position available;       // the last position of the source
  std::uint32_t epoch = 0;  // of the new folder
  bool epoch_raised = false;
  std::uint64_t record_bytes = 0;
  std::uint64_t attachments = 0;          // files of attachments that came with a backup
  std::uint64_t attachments_missing = 0;  // that its records name, and the source did not bring
  bool had_attachments = false;           // the source was made with them
  std::optional<base::Digest> root;       // over everything restored
};

// Errors: not_found (no export), refused (a filtered export, the folder is there), corrupt (which file, which byte),
// malformed (a position beyond the end), io.
Result<RestoreReport> restore(const RestoreRequest& request);

}  // namespace hansard::segments

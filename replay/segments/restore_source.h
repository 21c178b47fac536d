// What a restore reads: stretches of records in order, from the segments of an export or from the log of a backup.
//
// Thread: any, each stretch by one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backup/backup_manifest.h"
#include "engine/log/event_log.h"
#include "replay/segments/manifest.h"
#include "replay/segments/segment_reader.h"

namespace hansard::segments {

struct Stretch {
  Position first, last;
};

class RestoreSource {
 public:
  virtual ~RestoreSource() = default;
  ClusterId cluster{};
  std::uint32_t epoch = 0;
  Position end;
  bool is_final = false;             // nobody wrote to the store it was made of, and this is that store's end
  std::optional<base::Digest> root;  // over everything, where the source says it
  // What was signed of it, where the source says it and its segments do not: the reader of the records checks it.
  log::HashedPrefix hashed;
  std::uint64_t attachments = 0;   // files that come with it
  bool has_attachments = true;     // false: an export that was made without them
  std::vector<Stretch> stretches;  // from 1 to `end`, one behind the other

  // Every record of stretches[number], each verified; the stretch itself is checked at its end. Density is the
  // caller's.
  virtual Result<void> read(std::size_t number, const RecordSink& sink) const = 0;
  // The last position whose time is at or before `time`; 0 when there is none.
  virtual Result<Position> last_at_or_before(base::Timestamp time) const = 0;
};

// `not_found`, `corrupt`; `refused` when it is not a full prefix.
Result<std::unique_ptr<RestoreSource>> open_export_source(const std::string& folder, files::FileIo& io);
// The log of a backup, up to the position its manifest names. `corrupt` where the two do not belong together.
Result<std::unique_ptr<RestoreSource>> open_backup_source(const std::string& folder,
                                                          const backup::BackupManifest& manifest);

}  // namespace hansard::segments

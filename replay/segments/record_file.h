// One file of an export in the making, whatever its format: records go in, an entry of the manifest comes out.
//
// Thread: one at a time.
#pragma once

#include <memory>
#include <string>

#include "replay/segments/manifest.h"

namespace hansard::segments {

class RecordFile {
 public:
  virtual ~RecordFile() = default;
  // In rising positions.
  virtual Result<void> add(Position at, std::string_view record) = 0;
  // On stable storage on return; `name` is left to the caller.
  virtual Result<FileEntry> finish() = 0;
};

// "segments/00000000000000000001-00000000000000065536.hsg", "events/….jsonl", "events/….csv"
std::string record_file_name(Kind kind, Position first, Position last);
// How many positions a file of this export stands for, aligned: 2^16 for segments of everything, so that their roots
// are nodes of the log's tree, else 2^20.
std::uint64_t positions_per_file(const Manifest& plan);

Result<std::unique_ptr<RecordFile>> create_record_file(files::FileIo& io, const std::string& path, Kind kind,
                                                       const SegmentHead& head);

}  // namespace hansard::segments

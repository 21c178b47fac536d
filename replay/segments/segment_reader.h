// One segment file, read once from its beginning to its end and believed only where everything agrees: the head, each
// frame's checksum and size, each record's own checksum, commitments and place, the counts and the root of the
// trailer, and the end of the file behind it.
//
// Thread: one at a time; different segments on different threads.
#pragma once

#include <functional>
#include <string>

#include "replay/segments/segment_writer.h"

namespace hansard::segments {

struct SegmentContents {
  SegmentHead head;
  FileEntry entry;  // as the file itself says and is; `name` is its path
};

// Runs for each record in order of position; an error ends the reading and is its result.
using RecordSink = std::function<Result<void>(Position at, std::string_view record)>;

// `corrupt` names the file and the byte where the first thing wrong begins, and what to do. Records before it have been
// given by then.
Result<SegmentContents> read_segment(files::FileIo& io, const std::string& path, const RecordSink& sink);

// "<path> is damaged at byte <offset>: <what>. Take another copy of ..."
base::Error damaged_file(const std::string& path, std::uint64_t offset, const std::string& what);

}  // namespace hansard::segments

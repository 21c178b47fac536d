// Records in rising positions to one segment file, streamed: memory is a frame and what is in flight.
//
// Thread: one at a time.
// Owns: the file under its name; when it is destroyed without finish(), what is there ends without a trailer and no
// reader takes it.
#pragma once

#include <memory>
#include <string>

#include "replay/segments/file_entry.h"
#include "replay/segments/file_stream.h"
#include "replay/segments/frame.h"
#include "replay/segments/leaf_tree.h"

namespace hansard::segments {

class SegmentWriter {
 public:
  static Result<std::unique_ptr<SegmentWriter>> create(files::FileIo& io, const std::string& path,
                                                       const SegmentHead& head);
  // `record` was verified, or comes from the log.
  Result<void> add(Position at, std::string_view record);
  std::uint64_t count() const { return trailer_.records; }
  // On stable storage on return. `name` is left to the caller.
  Result<FileEntry> finish();

 private:
  SegmentWriter(std::unique_ptr<FileWriter> file, const SegmentHead& head) : file_(std::move(file)), head_(head) {}
  Result<void> append(std::string bytes);
  Result<void> end_frame();

  std::unique_ptr<FileWriter> file_;
  const SegmentHead head_;
  FramePacker packer_;
  SegmentTrailer trailer_;
  base::Timestamp first_time_, last_time_;
  LeafTree tree_;
  base::Sha256 hash_;
};

// Of a record that was checked before.
base::Timestamp time_of(std::string_view record);

}  // namespace hansard::segments

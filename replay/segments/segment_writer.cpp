#include "replay/segments/segment_writer.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "engine/codec/little_endian.h"
#include "engine/codec/record_layout.h"

namespace hansard::segments {

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(files::FileIo& io, const std::string& path,
                                                             const SegmentHead& head) {
  TRY(auto file, FileWriter::create(io, path));
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(std::move(file), head));
  TRY(writer->append(bytes_of(head)));
  return writer;
}

Result<void> SegmentWriter::append(std::string bytes) {
  hash_.update(bytes);
  return file_->append(std::move(bytes));
}

Result<void> SegmentWriter::end_frame() {
  TRY(auto frame, packer_.pack());
  ++trailer_.frames;
  return append(std::move(frame));
}

Result<void> SegmentWriter::add(Position at, std::string_view record) {
  CHECK(at >= head_.first && at <= head_.last, at.value);
  last_time_ = time_of(record);
  if (trailer_.records == 0) first_time_ = last_time_;
  ++trailer_.records;
  trailer_.record_bytes += record.size();
  tree_.add(record);
  if (packer_.add(at, record)) return end_frame();
  return base::success();
}

Result<FileEntry> SegmentWriter::finish() {
  if (!packer_.empty()) {
    TRY(end_frame());
  }
  trailer_.root = tree_.root();
  TRY(append(bytes_of(trailer_)));
  TRY(file_->finish());
  FileEntry entry;
  entry.bytes = file_->size();
  entry.sha256 = hash_.finish();
  entry.first = head_.first;
  entry.last = head_.last;
  entry.count = trailer_.records;
  entry.record_bytes = trailer_.record_bytes;
  entry.first_time = first_time_;
  entry.last_time = last_time_;
  entry.root = trailer_.root;
  return entry;
}

base::Timestamp time_of(std::string_view record) {
  return {static_cast<std::int64_t>(codec::load_le<std::uint64_t>(record, codec::kTimeAt))};
}

}  // namespace hansard::segments

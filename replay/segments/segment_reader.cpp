#include "replay/segments/segment_reader.h"

#include <optional>
#include <utility>

#include "engine/codec/codec.h"

namespace hansard::segments {

namespace {
class Reading {
 public:
  Reading(FileReader& file, const std::string& path, const RecordSink& sink) : file_(file), path_(path), sink_(sink) {}

  Result<SegmentContents> run() {
    TRY(read_head());
    for (;;) {
      TRY(auto magic, file_.peek(kFrameMagic.size()));
      if (magic != kFrameMagic) break;
      TRY(read_frame());
    }
    TRY(read_trailer());
    return std::move(contents_);
  }

 private:
  // A clause about what begins at `part_at_` becomes a sentence; errors of the system stay as they are.
  template <class T>
  Result<T> at_part(Result<T> result) const {
    if (result.has_value() || result.error().code == base::ErrorCode::io) return result;
    base::Error error = damaged_file(path_, part_at_, result.error().detail);
    error.code = result.error().code;
    return error;
  }

  // The next `size` bytes, all of them.
  Result<std::string_view> part(std::size_t size) {
    TRY(auto bytes, file_.read(size));
    hash_.update(bytes);
    if (bytes.size() == size) return bytes;
    return damaged_file(path_, part_at_, "the file ends in the middle");
  }

  Result<void> read_head() {
    TRY(auto bytes, part(kHeadBytes));
    TRY(contents_.head, at_part(parse_head(bytes)));
    contents_.entry.first = contents_.head.first;
    contents_.entry.last = contents_.head.last;
    last_ = {contents_.head.first.value - 1};
    return base::success();
  }

  Result<void> read_frame() {
    part_at_ = file_.offset();
    TRY(auto start, file_.peek(kFrameHeadBytes));
    if (start.size() < kFrameHeadBytes) return damaged_file(path_, part_at_, "the file ends in the middle");
    TRY(auto head, at_part(parse_frame_head(start)));
    if (head.packed_bytes > file_.size() - part_at_ - kFrameHeadBytes) {
      return damaged_file(path_, part_at_, "a frame reaches beyond the end of the file");
    }
    TRY(auto frame, part(kFrameHeadBytes + head.packed_bytes));
    frame_first_.reset();
    TRY(at_part(unpacker_.unpack(head, frame, [this](std::string_view record) { return take(record); })));
    if (frame_first_ != head.first || last_ != head.last) {
      return damaged_file(path_, part_at_, "a frame's positions are not those of its records");
    }
    ++trailer_.frames;
    return base::success();
  }

  Result<void> take(std::string_view record) {
    TRY(auto leaf, codec::verify(record));
    if (leaf.position <= last_ || leaf.position > contents_.head.last || leaf.partition != contents_.head.partition) {
      return base::error(base::ErrorCode::corrupt,
                         "position " + std::to_string(leaf.position.value) + " does not belong there");
    }
    last_ = leaf.position;
    if (!frame_first_) frame_first_ = leaf.position;
    if (trailer_.records == 0) contents_.entry.first_time = leaf.time;
    contents_.entry.last_time = leaf.time;
    ++trailer_.records;
    trailer_.record_bytes += record.size();
    tree_.add(record);
    return sink_(leaf.position, record);
  }

  Result<void> read_trailer() {
    part_at_ = file_.offset();
    TRY(auto bytes, part(kTrailerBytes));
    TRY(auto trailer, at_part(parse_trailer(bytes)));
    trailer_.root = tree_.root();
    if (trailer != trailer_)
      return damaged_file(path_, part_at_, "its counts or its root are not those of its records");
    if (file_.offset() != file_.size()) return damaged_file(path_, file_.offset(), "there are bytes behind its end");
    FileEntry& entry = contents_.entry;
    entry.name = path_;
    entry.bytes = file_.size();
    entry.sha256 = hash_.finish();
    entry.count = trailer.records;
    entry.record_bytes = trailer.record_bytes;
    entry.root = trailer.root;
    return base::success();
  }

  FileReader& file_;
  const std::string& path_;
  const RecordSink& sink_;
  FrameUnpacker unpacker_;
  SegmentContents contents_;
  SegmentTrailer trailer_;  // as counted
  LeafTree tree_;
  base::Sha256 hash_;
  std::uint64_t part_at_ = 0;
  Position last_;
  std::optional<Position> frame_first_;
};
}  // namespace

base::Error damaged_file(const std::string& path, std::uint64_t offset, const std::string& what) {
  return base::error(base::ErrorCode::corrupt, path + " is damaged at byte " + std::to_string(offset) + ": " + what +
                                                   ". Fetch this file again from where it was copied from.");
}

Result<SegmentContents> read_segment(files::FileIo& io, const std::string& path, const RecordSink& sink) {
  TRY(auto file, FileReader::open(io, path));
  return Reading(*file, path, sink).run();
}

}  // namespace hansard::segments

#include "replay/segments/record_file.h"

#include <utility>

#include "replay/segments/text_file.h"

namespace hansard::segments {

namespace {
constexpr std::uint64_t kPositionsPerFile = 16 * kPositionsPerSegment;

std::string padded(Position position) {
  const std::string digits = std::to_string(position.value);
  return std::string(20 - digits.size(), '0') + digits;
}

class SegmentFile final : public RecordFile {
 public:
  explicit SegmentFile(std::unique_ptr<SegmentWriter> writer) : writer_(std::move(writer)) {}
  Result<void> add(Position at, std::string_view record) override { return writer_->add(at, record); }
  Result<FileEntry> finish() override { return writer_->finish(); }

 private:
  std::unique_ptr<SegmentWriter> writer_;
};
}  // namespace

std::string record_file_name(Kind kind, Position first, Position last) {
  const std::string stretch = padded(first) + "-" + padded(last);
  if (kind == Kind::segments) return "segments/" + stretch + ".hsg";
  return "events/" + stretch + "." + std::string(word_of(kind));
}

std::uint64_t positions_per_file(const Manifest& plan) {
  return plan.kind == Kind::segments && plan.filter.empty() ? kPositionsPerSegment : kPositionsPerFile;
}

Result<std::unique_ptr<RecordFile>> create_record_file(files::FileIo& io, const std::string& path, Kind kind,
                                                       const SegmentHead& head) {
  if (kind != Kind::segments) return create_text_file(io, path, kind, head);
  TRY(auto writer, SegmentWriter::create(io, path, head));
  return std::unique_ptr<RecordFile>(std::make_unique<SegmentFile>(std::move(writer)));
}

}  // namespace hansard::segments

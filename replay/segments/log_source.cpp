#include <limits>

#include "engine/codec/codec.h"
#include "replay/segments/restore_source.h"
#include "replay/segments/source_log.h"

namespace hansard::segments {

namespace {
constexpr char kTakeAnother[] = ". Take another copy of this backup, or an older backup.";

// What the database says of its files is no help to who restores: the folder he named is, and what to do with it.
base::Error unreadable(const std::string& folder, const base::Error& why) {
  const bool is_ours =
      why.code == base::ErrorCode::corrupt || why.code == base::ErrorCode::not_found || why.code == base::ErrorCode::io;
  if (!is_ours) return why;
  return base::error(why.code, folder +
                                   "/log is damaged, or this user may not read it; `hansard-replay verify "
                                   "--backup " +
                                   folder + "` names the file" + kTakeAnother);
}

class LogSource final : public RestoreSource {
 public:
  LogSource(std::string folder, SourceLog source) : folder_(std::move(folder)), source_(std::move(source)) {
    cluster = source_.cluster;
    epoch = source_.log->epoch();
    end = source_.end;
    for (std::uint64_t first = 1; first <= end.value; first += kPositionsPerSegment) {
      stretches.push_back({{first}, {std::min(end.value, first + kPositionsPerSegment - 1)}});
    }
  }

  Result<void> read(std::size_t number, const RecordSink& sink) const override {
    const Stretch& stretch = stretches.at(number);
    log::ReadLimits limits;
    limits.events_max = stretch.last.value - stretch.first.value + 1;
    limits.bytes_max = std::numeric_limits<std::size_t>::max();
    Result<void> taken = base::success();
    auto last = source_.log->read(base::kPartition, stretch.first, limits, [&](Position at, std::string_view record) {
      taken = take(at, record, sink);
      return taken.has_value();
    });
    if (!last) return unreadable(folder_, last.error());
    return taken;
  }

  Result<Position> last_at_or_before(base::Timestamp time) const override {
    return segments::last_at_or_before(source_, time);
  }

 private:
  Result<void> take(Position at, std::string_view record, const RecordSink& sink) const {
    auto verified = codec::verify(record);
    if (verified) {
      if (verified.value().position == at) return sink(at, record);
      verified = base::error(base::ErrorCode::corrupt, "the record is of another position");
    }
    return base::error(base::ErrorCode::corrupt, folder_ + "/log is damaged at position " + std::to_string(at.value) +
                                                     ": " + verified.error().detail + kTakeAnother);
  }

  const std::string folder_;
  const SourceLog source_;
};
}  // namespace

Result<std::unique_ptr<RestoreSource>> open_backup_source(const std::string& folder,
                                                          const backup::BackupManifest& manifest) {
  TRY(backup::check_sums(folder, manifest));
  auto found = open_source(folder);
  if (!found) return unreadable(folder, found.error());
  SourceLog source = std::move(found).value();
  if (source.cluster != manifest.cluster || source.log->epoch() != manifest.epoch || source.end < manifest.position) {
    return base::error(base::ErrorCode::corrupt, folder + " is damaged: its log ends at position " +
                                                     std::to_string(source.end.value) + " and its manifest promises " +
                                                     std::to_string(manifest.position.value) + kTakeAnother);
  }
  source.end = manifest.position;
  auto opened = std::make_unique<LogSource>(folder, std::move(source));
  opened->hashed = manifest.hashed;
  opened->attachments = manifest.attachments;
  return std::unique_ptr<RestoreSource>(std::move(opened));
}

}  // namespace hansard::segments

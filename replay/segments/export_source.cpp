#include "engine/base/whole_file.h"
#include "engine/codec/codec.h"
#include "replay/segments/restore_source.h"

namespace hansard::segments {

namespace {
constexpr std::size_t kSchemaBytesMax = 16u << 20;

class ExportSource final : public RestoreSource {
 public:
  ExportSource(std::string folder, Manifest manifest, files::FileIo& io)
      : folder_(std::move(folder)), manifest_(std::move(manifest)), io_(io) {
    cluster = manifest_.cluster;
    epoch = manifest_.epoch;
    end = manifest_.to;
    is_final = manifest_.at_rest;
    root = manifest_.root;
    has_attachments = manifest_.attachments.has_value();
    attachments = manifest_.attachments.value_or(Attachments{}).files;
    for (const FileEntry& file : manifest_.files) stretches.push_back({file.first, file.last});
  }

  // That the files follow each other and add up to the root, before any of them is read.
  Result<void> check() const {
    Position last;
    for (const FileEntry& file : manifest_.files) {
      const bool is_whole = file.last.value % kPositionsPerSegment == 0 || file.last == end;
      if (file.first != last.next() || file.last < file.first || !is_whole) return damaged(file.name);
      if (file.count != file.last.value - file.first.value + 1) return damaged(file.name);
      last = file.last;
    }
    TRY(check_schemas());
    if (last != end) return damaged("`to`");
    if (!root || root_over(manifest_.files) != *root) return damaged("`root`");
    return base::success();
  }

  Result<void> read(std::size_t number, const RecordSink& sink) const override {
    const FileEntry& entry = manifest_.files.at(number);
    TRY(auto contents, read_segment(io_, folder_ + "/" + entry.name, sink));
    FileEntry found = std::move(contents.entry);
    found.name = entry.name;      // what a segment does not say of itself
    found.proofs = entry.proofs;  // a restore does not read them
    if (found == entry && contents.head.cluster == cluster && contents.head.epoch == epoch) return base::success();
    return base::error(base::ErrorCode::corrupt, folder_ + "/" + entry.name +
                                                     " is whole, but not the file its manifest names: it is of another "
                                                     "export. Fetch it again from where it was copied from.");
  }

  Result<Position> last_at_or_before(base::Timestamp time) const override {
    std::size_t after = 0;  // files that begin at or before `time`
    while (after < manifest_.files.size() && manifest_.files[after].first_time <= time) ++after;
    if (after == 0) return Position{};
    Position last;
    TRY(read(after - 1, [&](Position at, std::string_view record) -> Result<void> {
      if (time_of(record) <= time) last = at;
      return base::success();
    }));
    return last;
  }

 private:
  // A restore does not need them; whoever reads the export without this program does.
  Result<void> check_schemas() const {
    for (const PlainFile& schema : manifest_.schemas) {
      const std::string path = folder_ + "/" + schema.name;
      auto text = base::read_whole_file(path, kSchemaBytesMax);
      if (text && base::sha256(text.value()) == schema.sha256) continue;
      return base::error(base::ErrorCode::corrupt,
                         path + " is not what its manifest names. Fetch it again from where it was copied from.");
    }
    return base::success();
  }

  base::Error damaged(const std::string& what) const {
    return base::error(base::ErrorCode::corrupt, folder_ + "/" + std::string(kManifestName) +
                                                     " contradicts itself about " + what +
                                                     ". Fetch it again from where it was copied from.");
  }

  const std::string folder_;
  const Manifest manifest_;
  files::FileIo& io_;
};
}  // namespace

Result<std::unique_ptr<RestoreSource>> open_export_source(const std::string& folder, files::FileIo& io) {
  TRY(auto manifest, read_manifest(folder));
  if (!manifest.is_full_prefix()) {
    return base::error(base::ErrorCode::refused,
                       folder +
                           " is a part of a log, to be read as evidence: only segments of everything from the "
                           "beginning can be restored");
  }
  auto source = std::make_unique<ExportSource>(folder, std::move(manifest), io);
  TRY(source->check());
  return std::unique_ptr<RestoreSource>(std::move(source));
}

}  // namespace hansard::segments

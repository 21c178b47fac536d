#include "replay/segments/attachments.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <set>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/durable_file.h"
#include "engine/codec/codec.h"
#include "engine/files/blob_folder.h"
#include "replay/segments/work_pool.h"

namespace hansard::segments {

namespace {
namespace fs = std::filesystem;
using domain::EventType;

constexpr std::size_t kPieceBytes = 1u << 20;

// What the log says of files, gathered from stretches side by side.
class FileScan {
 public:
  FileScan(const SourceLog& source, const Manifest& plan) : source_(source), plan_(plan), matcher_(plan.filter) {}

  Result<std::vector<base::Digest>> run(const std::function<void(std::uint64_t)>& on_read) {
    const std::uint64_t steps = (plan_.to.value + kPositionsPerSegment - 1) / kPositionsPerSegment;
    TRY(run_steps(steps, threads_for_work(), [&](std::uint64_t step) { return read(step, on_read); }));
    std::set<base::Digest> found;
    for (const auto& [file, sha256] : uploaded_) {
      if (wanted_.contains(file) && !collected_.contains(file)) found.insert(sha256);
    }
    return std::vector<base::Digest>(found.begin(), found.end());
  }

 private:
  Result<void> read(std::uint64_t step, const std::function<void(std::uint64_t)>& on_read) {
    const Position first{step * kPositionsPerSegment + 1};
    const std::uint64_t count = std::min(kPositionsPerSegment, plan_.to.value + 1 - first.value);
    const log::ReadLimits limits{static_cast<std::size_t>(count), std::numeric_limits<std::size_t>::max()};
    Result<void> taken = base::success();
    auto last = source_.log->read(base::kPartition, first, limits, [&](Position at, std::string_view record) {
      taken = take(at, record);
      return taken.has_value();
    });
    if (!last) return std::move(last).error();
    TRY(std::move(taken));
    std::lock_guard lock(mutex_);
    if (on_read) on_read(count);
    return base::success();
  }

  Result<void> take(Position at, std::string_view record) {
    TRY(auto leaf, codec::decode_leaf(record));
    const bool concerns = leaf.type == EventType::file_uploaded || leaf.type == EventType::file_collected ||
                          (leaf.type == EventType::message_sent && at >= plan_.from);
    if (!concerns) return base::success();
    TRY(auto event, codec::decode(record));
    if (!event.body) return base::success();
    bool is_exported = at >= plan_.from;
    if (is_exported) {
      TRY(is_exported, matcher_.matches(record));
    }
    std::lock_guard lock(mutex_);
    if (const auto* uploaded = std::get_if<domain::FileUploaded>(&*event.body)) {
      uploaded_[uploaded->file] = uploaded->sha256;
      if (is_exported) wanted_.insert(uploaded->file);
    } else if (const auto* collected = std::get_if<domain::FileCollected>(&*event.body)) {
      collected_.insert(collected->file);
    } else if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body); sent && is_exported) {
      wanted_.insert(sent->files.begin(), sent->files.end());
    }
    return base::success();
  }

  const SourceLog& source_;
  const Manifest& plan_;
  const Matcher matcher_;
  std::mutex mutex_;
  std::unordered_map<base::FileId, base::Digest> uploaded_;
  std::unordered_set<base::FileId> collected_, wanted_;
};

base::Digest digest_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  base::Sha256 hash;
  std::string piece(kPieceBytes, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    hash.update({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  return hash.finish();
}

base::Error another(const fs::path& path) {
  return base::error(base::ErrorCode::corrupt, path.string() +
                                                   " is damaged: its bytes are not those its name is the SHA-256 of. "
                                                   "Put it back from another copy or a backup.");
}
}  // namespace

Result<void> FilesNamed::add(std::string_view record) {
  TRY(auto leaf, codec::decode_leaf(record));
  if (leaf.type != EventType::file_uploaded && leaf.type != EventType::file_collected) return base::success();
  TRY(auto event, codec::decode(record));
  if (!event.body) return base::success();
  std::lock_guard lock(mutex_);
  if (const auto* uploaded = std::get_if<domain::FileUploaded>(&*event.body)) {
    uploaded_[uploaded->file] = uploaded->sha256;
  } else if (const auto* collected = std::get_if<domain::FileCollected>(&*event.body)) {
    collected_.insert(collected->file);
  }
  return base::success();
}

std::uint64_t FilesNamed::count_missing(const std::string& folder) const {
  std::set<base::Digest> missing;
  for (const auto& [file, sha256] : uploaded_) {
    const std::string name = files::hex_of(sha256);
    std::error_code problem;
    if (!collected_.contains(file) && !fs::exists(fs::path(folder) / name.substr(0, 2) / name, problem)) {
      missing.insert(sha256);
    }
  }
  return missing.size();
}

Attachments count_attachments(const std::string& folder) {
  Attachments found;
  std::error_code problem;
  for (fs::recursive_directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    if (!files::digest_of_hex(at->path().filename().string())) continue;  // a shard, or one that is being uploaded
    std::error_code gone;
    const auto bytes = at->file_size(gone);
    if (gone) continue;
    ++found.files;
    found.bytes += bytes;
  }
  return found;
}

Result<std::vector<base::Digest>> attachments_of(const SourceLog& source, const Manifest& plan,
                                                 const std::function<void(std::uint64_t positions)>& on_read) {
  return FileScan(source, plan).run(on_read);
}

Result<Attachments> take_attachments(const std::vector<base::Digest>& wanted, const std::string& from,
                                     const std::string& to) {
  Attachments taken;
  std::set<std::string> folders;
  TRY(base::make_folder(to));
  for (const base::Digest& sha256 : wanted) {
    const std::string name = files::hex_of(sha256), shard = to + "/" + name.substr(0, 2);
    const fs::path source = fs::path(from) / name.substr(0, 2) / name;
    std::error_code missing;
    const auto bytes = fs::file_size(source, missing);
    if (missing) {
      ++taken.missing;
      continue;
    }
    if (folders.insert(shard).second) {
      TRY(base::make_folder(shard));
    }
    TRY(base::link_or_copy(source, fs::path(shard) / name));
    if (digest_of_file(fs::path(shard) / name) != sha256) return another(source);
    ++taken.files;
    taken.bytes += bytes;
  }
  for (const std::string& folder : folders) {
    TRY(base::sync_folder(folder));
  }
  TRY(base::sync_folder(to));
  return taken;
}

Result<Attachments> check_attachments(const std::string& folder, const std::string& source) {
  Attachments found;
  std::error_code problem;
  if (!fs::exists(folder, problem)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(folder, problem)) {
    if (!entry.is_regular_file()) continue;
    const auto sha256 = files::digest_of_hex(entry.path().filename().string());
    if (!sha256 || digest_of_file(entry.path()) != *sha256) {
      return another(fs::path(source) / fs::relative(entry.path(), folder));
    }
    ++found.files;
    found.bytes += entry.file_size();
  }
  if (problem) return base::error(base::ErrorCode::io, "cannot list " + folder + ": " + problem.message());
  return found;
}

}  // namespace hansard::segments

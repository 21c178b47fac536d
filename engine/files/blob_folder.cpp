#include "engine/files/blob_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/durable_file.h"
#include "engine/base/hex.h"
#include "engine/files/file_io.h"

namespace hansard::files {

using base::Digest;
using base::Result;

namespace {
constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::string_view kIncoming = "/incoming";

base::Error failed(const std::string& what) { return error_of(errno, what); }

// Its name is not synced: prepare does that for all of them at once.
Result<void> make_unsynced(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return base::success();
  return failed("cannot create the folder " + path);
}

Result<int> open_folder(const std::string& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return failed("cannot open the folder " + path);
  return file;
}

Result<void> clear(const std::string& path) {
  std::error_code wrong;
  for (const auto& entry : std::filesystem::directory_iterator(path, wrong)) std::filesystem::remove_all(entry, wrong);
  if (wrong) return error_of(wrong.value(), "cannot clear " + path);
  return base::success();
}
}  // namespace

Result<std::unique_ptr<BlobFolder>> BlobFolder::open(const std::string& path) {
  std::unique_ptr<BlobFolder> folder(new BlobFolder(path));
  TRY(folder->prepare());
  return folder;
}

BlobFolder::~BlobFolder() {
  for (int shard : shards_) {
    if (shard >= 0) ::close(shard);
  }
}

Result<void> BlobFolder::prepare() {
  std::string incoming = path_ + std::string(kIncoming);
  TRY(make_unsynced(path_));
  TRY(make_unsynced(incoming));
  TRY(clear(incoming));
  for (unsigned shard = 0; shard < kShards; ++shard) {
    TRY(open_shard(shard));
  }
  TRY(base::sync_folder(path_));
  return base::sync_folder(std::filesystem::path(path_).parent_path().string());
}

Result<void> BlobFolder::open_shard(unsigned shard) {
  TRY(make_unsynced(shard_path(shard)));
  BOOST_OUTCOME_TRY(shards_[shard], open_folder(shard_path(shard)));
  return base::success();
}

std::string BlobFolder::shard_path(unsigned shard) const {
  return path_ + '/' + kDigits[shard >> 4] + kDigits[shard & 15];
}

std::string BlobFolder::path_of(const Digest& sha256) const { return shard_path(sha256[0]) + '/' + hex_of(sha256); }

std::string BlobFolder::fresh_incoming() const {
  base::ShortDigest name;
  base::random_bytes(name);
  return path_ + std::string(kIncoming) + '/' + base::hex(base::view_of(name));
}

Result<std::vector<Digest>> BlobFolder::list(unsigned shard) const {
  std::vector<Digest> found;
  std::error_code wrong;
  for (const auto& entry : std::filesystem::directory_iterator(shard_path(shard), wrong)) {
    auto digest = digest_of_hex(entry.path().filename().string());
    if (digest && (*digest)[0] == shard) found.push_back(*digest);
  }
  if (wrong) return error_of(wrong.value(), "cannot list " + shard_path(shard));
  return found;
}

Result<bool> BlobFolder::remove(const Digest& sha256) const {
  if (::unlink(path_of(sha256).c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  return failed("cannot remove a blob");
}

// A sync that failed is not tried again: the second one would find nothing to do.
void BlobFolder::sync_removals() const {
  for (const int shard : shards_) CHECK(::fsync(shard) == 0, "a folder of blobs cannot be synced", errno);
}

Result<std::uint64_t> BlobFolder::bytes_free() const {
  struct statvfs status{};
  if (::statvfs(path_.c_str(), &status) != 0) return failed("cannot ask for the free space of " + path_);
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

std::string hex_of(const Digest& digest) { return base::hex(base::view_of(digest)); }

std::optional<Digest> digest_of_hex(std::string_view text) {
  Digest digest{};
  if (text.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    digest[i / 2] = static_cast<std::uint8_t>(digest[i / 2] << 4 | digit);
  }
  return digest;
}

}  // namespace hansard::files

#include "engine/proof/tile_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/durable_file.h"

namespace hansard::proof {

namespace {
constexpr std::uint64_t kHashBytes = sizeof(Hash);

Result<void> write_all(int descriptor, std::string_view bytes, std::uint64_t at, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return base::system_error("cannot write the proof hashes", path);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
    at += static_cast<std::uint64_t>(wrote);
  }
  return base::success();
}

Result<void> sync_file(int descriptor, const std::string& path) {
  if (::fdatasync(descriptor) != 0) return base::system_error("cannot sync the proof hashes", path);
  return base::success();
}

// Leaves that `count` hashes of a level allow for.
std::uint64_t leaves_below(unsigned level, std::uint64_t count) { return ((count + 1) << (kTileHeight * level)) - 1; }
}  // namespace

Hash root_of_hashes(std::string_view bytes) {
  std::vector<Hash> row(bytes.size() / kHashBytes);
  std::memcpy(row.data(), bytes.data(), row.size() * kHashBytes);
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row.front();
}

Result<std::unique_ptr<TileStore>> TileStore::open(const std::string& folder, Mode mode) {
  std::unique_ptr<TileStore> store(new TileStore(folder + "/v1"));
  if (mode == Mode::write) {
    TRY(base::make_folder(folder));
    TRY(base::make_folder(store->folder_));
  }
  std::uint64_t size = UINT64_MAX;
  for (unsigned level = 0; level < kLevels; ++level) {
    TRY(store->open_level(level, mode));
    const std::uint64_t count = store->levels_[level].count;
    size = std::min(size, level == 0 ? count : leaves_below(level, count));
  }
  store->flushed_ = size;
  if (mode == Mode::write) {
    TRY(base::sync_folder(store->folder_));
    TRY(store->cut(size));
  }
  return store;
}

TileStore::~TileStore() {
  for (const Level& level : levels_) {
    if (level.descriptor >= 0) ::close(level.descriptor);
  }
}

std::string TileStore::path(unsigned level) const { return folder_ + "/level-" + std::to_string(level); }

Result<void> TileStore::open_level(unsigned number, Mode mode) {
  Level& level = levels_[number];
  const int flags = mode == Mode::write ? O_RDWR | O_CREAT : O_RDONLY;
  level.descriptor = ::open(path(number).c_str(), flags | O_CLOEXEC, 0600);
  if (level.descriptor < 0 && mode == Mode::read_only && errno == ENOENT) return base::success();
  struct stat status{};
  if (level.descriptor < 0 || ::fstat(level.descriptor, &status) != 0) {
    return base::system_error("cannot open the proof hashes", path(number));
  }
  level.count = static_cast<std::uint64_t>(status.st_size) / kHashBytes;
  return base::success();
}

Result<void> TileStore::cut(std::uint64_t size) {
  CHECK(size <= flushed_.load(), size, flushed_.load());
  for (unsigned number = 0; number < kLevels; ++number) {
    Level& level = levels_[number];
    level.waiting.clear();
    level.count = size >> (kTileHeight * number);
    if (::ftruncate(level.descriptor, static_cast<off_t>(level.count * kHashBytes)) != 0) {
      return base::system_error("cannot cut the proof hashes", path(number));
    }
    TRY(sync_file(level.descriptor, path(number)));
  }
  flushed_ = size;
  return base::success();
}

void TileStore::add(unsigned height, const Hash& hash) {
  if (height % kTileHeight != 0 || height / kTileHeight >= kLevels) return;
  levels_[height / kTileHeight].waiting += base::view_of(hash);
}

Result<void> TileStore::flush() {
  for (unsigned number = 0; number < kLevels; ++number) {
    Level& level = levels_[number];
    if (level.waiting.empty()) continue;
    TRY(write_all(level.descriptor, level.waiting, level.count * kHashBytes, path(number)));
    level.count += level.waiting.size() / kHashBytes;
    level.waiting.clear();
    level.is_dirty = true;
  }
  flushed_.store(levels_[0].count, std::memory_order_release);
  return base::success();
}

Result<void> TileStore::sync() {
  for (unsigned number = 0; number < kLevels; ++number) {
    if (!std::exchange(levels_[number].is_dirty, false)) continue;
    TRY(sync_file(levels_[number].descriptor, path(number)));
  }
  return base::success();
}

Result<Hash> TileStore::node(unsigned height, std::uint64_t index) const {
  const unsigned level = std::min(height / kTileHeight, kLevels - 1);
  const unsigned above = height - level * kTileHeight;
  TRY(auto bytes, hashes(level, index << above, std::uint64_t{1} << above));
  return root_of_hashes(bytes);
}

Result<std::string> TileStore::hashes(unsigned level, std::uint64_t first, std::uint64_t count) const {
  if (level >= kLevels || first + count > size() >> (kTileHeight * level)) {
    return base::error(base::ErrorCode::corrupt, "the proof hashes end before the place that was asked for");
  }
  std::string bytes(count * kHashBytes, '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t n = ::pread(levels_[level].descriptor, bytes.data() + got, bytes.size() - got,
                              static_cast<off_t>(first * kHashBytes + got));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::system_error("cannot read the proof hashes", path(level));
    if (n == 0) return base::error(base::ErrorCode::corrupt, "the proof hashes were cut: " + path(level));
    got += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace hansard::proof

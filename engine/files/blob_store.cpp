#include "engine/files/blob_store.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace hansard::files {

using base::Digest;
using base::Error;
using base::ErrorCode;
using base::Result;

BlobUpload::BlobUpload(BlobStore& store, std::string path, int file, TransferRoom room)
    : store_(store), path_(std::move(path)), file_(file), room_(std::move(room)) {}

// The room is kept until the remains are gone, so that whoever begins and abandons cannot pile them up.
BlobUpload::~BlobUpload() {
  auto keep_room = [room = room_](IoResult) {};
  if (file_ >= 0) store_.io_->start(CloseFile{file_}, keep_room);
  if (!path_.empty()) store_.io_->start(UnlinkFile{path_}, keep_room);
}

void BlobUpload::append(std::string_view bytes, Done<void> done) {
  hash_.update(bytes);
  auto offset = std::exchange(size_, size_ + bytes.size());
  store_.io_->start(WriteFile{file_, offset, bytes}, [done = std::move(done)](IoResult result) {
    result.error == 0 ? done(base::success()) : done(error_of(result.error, "cannot write an upload"));
  });
}

void BlobUpload::finish(Done<StoredBlob> done) {
  store_.io_->start(SyncFile{file_}, [this, done = std::move(done)](IoResult result) {
    result.error == 0 ? name_it(done) : done(error_of(result.error, "cannot sync an upload"));
  });
}

// Pinned before it has its name: from then on the collector can see it.
void BlobUpload::name_it(Done<StoredBlob> done) {
  Digest sha256 = hash_.finish();
  auto pin = std::make_shared<BlobPins::Pin>(store_.pins_.take(sha256));
  const BlobFolder& folder = *store_.folder_;
  std::vector<IoOperation> steps = {CloseFile{std::exchange(file_, -1)}, RenameFile{path_, folder.path_of(sha256)},
                                    SyncFile{folder.shard_of(sha256)}};
  auto on_end = [this, sha256, pin, done = std::move(done)](IoResult result) {
    if (result.error != 0) return done(error_of(result.error, "cannot store an upload"));
    path_.clear();
    done(StoredBlob{sha256, size_, std::move(*pin)});
  };
  start_in_order(*store_.io_, std::move(steps), std::move(on_end));
}

BlobReader::BlobReader(FileIo& io, int file, const Digest& sha256, std::uint64_t size, TransferRoom room)
    : io_(io), file_(file), sha256_(sha256), size_(size), room_(std::move(room)) {}

BlobReader::~BlobReader() {
  io_.start(CloseFile{file_}, [room = room_](IoResult) {});
}

void BlobReader::read(std::uint64_t offset, std::span<char> into, Done<std::size_t> done) {
  io_.start(ReadFile{file_, offset, into}, [this, offset, into, done = std::move(done)](IoResult result) {
    if (result.error != 0) return done(error_of(result.error, "cannot read a blob"));
    done(take(offset, into, static_cast<std::size_t>(result.value)));
  });
}

Result<std::size_t> BlobReader::take(std::uint64_t offset, std::span<const char> into, std::size_t read) {
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - std::min(size_, offset)));
  if (read < bytes) return changed();
  if (offset != hashed_ || bytes == 0) return bytes;
  hash_.update({into.data(), bytes});
  hashed_ += bytes;
  if (hashed_ == size_ && hash_.finish() != sha256_) return changed();
  return bytes;
}

base::Error BlobReader::changed() const {
  return base::error(ErrorCode::corrupt, "the bytes of blob " + hex_of(sha256_) + " are not those that were stored");
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(const BlobOptions& options) {
  TRY(auto chosen, choose_file_io(options.io));
  return open(options, std::move(chosen));
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(const BlobOptions& options, ChosenIo chosen) {
  TRY(auto folder, BlobFolder::open(options.folder));
  return std::unique_ptr<BlobStore>(new BlobStore(options, std::move(folder), std::move(chosen)));
}

BlobStore::BlobStore(const BlobOptions& options, std::unique_ptr<BlobFolder> folder, ChosenIo chosen)
    : options_(options),
      folder_(std::move(folder)),
      why_not_uring_(std::move(chosen.why_not_uring)),
      io_(std::move(chosen.io)) {}

Result<TransferRoom> BlobStore::take_room() {
  if (transfers_.fetch_add(1) < options_.transfers_max) {
    return TransferRoom(this, [](BlobStore* store) { store->transfers_.fetch_sub(1); });
  }
  transfers_.fetch_sub(1);
  return base::error(ErrorCode::overloaded, "Too many files are being transferred; try again.");
}

Result<void> BlobStore::check_space(std::uint64_t size) const {
  TRY(auto free, folder_->bytes_free());
  if (free >= options_.disk_reserve_bytes && free - options_.disk_reserve_bytes >= size) return base::success();
  return base::error(ErrorCode::disk_full, "the disk has no room for this file.");
}

void BlobStore::upload(std::uint64_t size, Done<std::unique_ptr<BlobUpload>> done) {
  auto room = take_room();
  if (!room) return done(std::move(room.error()));
  if (auto fits = check_space(size); !fits) return done(std::move(fits.error()));
  std::string path = folder_->fresh_incoming();
  io_->start(CreateFile{path}, [this, path, room = std::move(room.value()), done = std::move(done)](IoResult result) {
    if (result.error != 0) return done(error_of(result.error, "cannot begin an upload"));
    done(std::make_unique<BlobUpload>(*this, path, static_cast<int>(result.value), room));
  });
}

void BlobStore::open_blob(const Digest& sha256, std::uint64_t size, Done<std::unique_ptr<BlobReader>> done) {
  auto room = take_room();
  if (!room) return done(std::move(room.error()));
  auto use = [this, sha256, size, room = std::move(room.value()), done = std::move(done)](IoResult result) {
    if (result.error != 0) return done(error_of(result.error, "cannot open a blob"));
    done(std::make_unique<BlobReader>(*io_, static_cast<int>(result.value), sha256, size, room));
  };
  io_->start(OpenFile{folder_->path_of(sha256)}, std::move(use));
}

Result<bool> BlobStore::remove(const Digest& sha256) {
  Result<bool> removed = false;
  pins_.execute(sha256, [&] { removed = folder_->remove(sha256); });
  return removed;
}

Result<bool> BlobStore::holds(const Digest& sha256) const {
  std::error_code failed;
  const bool there = std::filesystem::exists(folder_->path_of(sha256), failed);
  if (failed) return base::error(base::ErrorCode::io, "cannot look for a blob: " + failed.message());
  return there;
}

}  // namespace hansard::files

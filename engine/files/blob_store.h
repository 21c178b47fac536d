// The bytes of attachments, outside the log: content-addressed blobs below <data>/files (blob_folder.h). Who may see
// which is not its business; a blob has no name, type or owner here, those are in the event file.uploaded.
//
// An upload streams into a file of its own, hashed on the way, and becomes a blob by fsync, rename, fsync of the
// folder, in this order: a name in a shard is always whole and durable. The same bytes are one blob, whoever sends
// them; the later upload replaces the earlier by a rename onto it, which readers do not notice. What is abandoned is
// removed at once, what a crash leaves behind at the next start.
//
// A blob and its event are two writes. Between them the upload's pin keeps it (blob_pins.h); a crash there leaves a
// blob without a file, which the collector (projections/process/blob_sweeper.h) finds with `list`.
//
// Thread: any, each upload or reader one call at a time; callbacks on a thread of the back end (file_io.h). list and
// remove block.
// Owns: the folder, the back end. Outlives every upload, reader and pin it gave.
// Limits: transfers_max uploads and readers at a time, `overloaded` beyond; disk_reserve_bytes stay free (`disk_full`).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/files/blob_folder.h"
#include "engine/files/blob_pins.h"
#include "engine/files/file_io.h"

namespace hansard::files {

struct BlobOptions {
  std::string folder;  // <data>/files
  IoChoice io = IoChoice::automatic;
  std::uint32_t transfers_max = 256;
  std::uint64_t disk_reserve_bytes = 256u << 20;
};

struct StoredBlob {
  base::Digest sha256{};
  std::uint64_t size = 0;
  BlobPins::Pin pin;  // hold it until the event of the file is durable
};

template <class T>
using Done = std::function<void(base::Result<T>)>;

class BlobStore;

// Room for one transfer, given back with the last holder.
using TransferRoom = std::shared_ptr<void>;

// One upload. Not destroyed while a call is unfinished; destroyed without a finish it leaves nothing. After an error it
// can only be destroyed.
class BlobUpload {
 public:
  BlobUpload(BlobStore& store, std::string path, int file, TransferRoom room);
  ~BlobUpload();
  BlobUpload(const BlobUpload&) = delete;
  BlobUpload& operator=(const BlobUpload&) = delete;

  // `bytes` stay valid until the callback.
  void append(std::string_view bytes, Done<void> done);
  // Once. With the callback the blob is durable under its name.
  void finish(Done<StoredBlob> done);

 private:
  void name_it(Done<StoredBlob> done);

  BlobStore& store_;
  std::string path_;  // "" once it has its name
  int file_;          // -1 once closed
  TransferRoom room_;
  base::Sha256 hash_;
  std::uint64_t size_ = 0;
};

// An open blob; one that is removed meanwhile can be read to its end. Not destroyed while a call is unfinished.
//
// What is read from its first byte to its last, in order, is hashed on the way: the last piece of bytes that are not
// the blob's is `corrupt`, so nobody takes the whole for what was stored. Of a stretch of a blob only the length is
// checked.
class BlobReader {
 public:
  BlobReader(FileIo& io, int file, const base::Digest& sha256, std::uint64_t size, TransferRoom room);
  ~BlobReader();
  BlobReader(const BlobReader&) = delete;
  BlobReader& operator=(const BlobReader&) = delete;

  // Bytes read: less than `into` holds only at the end; `corrupt` where there are fewer than were stored. `into` stays
  // valid until the callback.
  void read(std::uint64_t offset, std::span<char> into, Done<std::size_t> done);

 private:
  base::Result<std::size_t> take(std::uint64_t offset, std::span<const char> into, std::size_t read);
  base::Error changed() const;

  FileIo& io_;
  const int file_;
  const base::Digest sha256_;
  const std::uint64_t size_;
  TransferRoom room_;
  base::Sha256 hash_;
  std::uint64_t hashed_ = 0;  // bytes from the first on
};

class BlobStore {
 public:
  // Creates the folder where it is missing and clears what uploads left there. Where options.io cannot be had nothing
  // is touched.
  static base::Result<std::unique_ptr<BlobStore>> open(const BlobOptions& options);
  // With a back end that was chosen before; options.io is not looked at.
  static base::Result<std::unique_ptr<BlobStore>> open(const BlobOptions& options, ChosenIo chosen);

  // `size` as announced, to refuse what the disk has no room for; it is not enforced.
  void upload(std::uint64_t size, Done<std::unique_ptr<BlobUpload>> done);
  // `size` as it was stored. `not_found` where there is no such blob.
  void open_blob(const base::Digest& sha256, std::uint64_t size, Done<std::unique_ptr<BlobReader>> done);

  base::Result<std::vector<base::Digest>> list(unsigned shard) const { return folder_->list(shard); }
  // The three steps of a removal (blob_pins.h): condemn, look at a view, then remove or spare. False: an upload needs
  // the blob, or for remove, it is not there.
  bool condemn(const base::Digest& sha256) { return pins_.condemn(sha256); }
  void spare(const base::Digest& sha256) { pins_.spare(sha256); }
  base::Result<bool> remove(const base::Digest& sha256);
  // See BlobFolder; some milliseconds.
  void sync_removals() const { folder_->sync_removals(); }
  // On the disk, under its name.
  base::Result<bool> holds(const base::Digest& sha256) const;

  std::string_view io_name() const { return io_->name(); }
  const std::string& why_not_uring() const { return why_not_uring_; }
  // Uploads and readers under way. For tests.
  std::size_t transfers() const { return transfers_.load(); }

 private:
  friend class BlobUpload;
  BlobStore(const BlobOptions& options, std::unique_ptr<BlobFolder> folder, ChosenIo chosen);
  base::Result<TransferRoom> take_room();
  base::Result<void> check_space(std::uint64_t size) const;

  const BlobOptions options_;
  const std::unique_ptr<BlobFolder> folder_;
  const std::string why_not_uring_;
  BlobPins pins_;
  std::atomic<std::size_t> transfers_{0};
  const std::unique_ptr<FileIo> io_;  // goes first: its callbacks use the rest
};

}  // namespace hansard::files

// The names below <data>/files: where a blob and an unfinished upload lie, what a start prepares and clears, which
// blobs there are.
//
//   files/incoming/<32 hex>       an upload that is not finished, or a removal that is not; nothing at a start
//   files/<2 hex>/<64 hex>        a blob; its name is the SHA-256 of its bytes, lower case
//
// Thread: any. The calls block: for starts, and for the collector's own thread.
// Owns: the folder and its 256 shards, open so that a new name in them can be synced.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace hansard::files {

class BlobFolder {
 public:
  static constexpr unsigned kShards = 256;

  // Creates what is missing (0700, durable) and removes everything in incoming/. `io` when the system says no.
  static base::Result<std::unique_ptr<BlobFolder>> open(const std::string& path);
  ~BlobFolder();
  BlobFolder(const BlobFolder&) = delete;
  BlobFolder& operator=(const BlobFolder&) = delete;

  std::string path_of(const base::Digest& sha256) const;
  std::string fresh_incoming() const;  // a name nobody has
  int shard_of(const base::Digest& sha256) const { return shards_[sha256[0]]; }

  // The blobs of one shard, in no order; names that are none are left out.
  base::Result<std::vector<base::Digest>> list(unsigned shard) const;
  // False: it was not there.
  base::Result<bool> remove(const base::Digest& sha256) const;
  // What was removed before stays so, whatever happens to the machine. Aborts when that cannot be had.
  void sync_removals() const;
  base::Result<std::uint64_t> bytes_free() const;  // for this user, of the file system

 private:
  explicit BlobFolder(std::string path) : path_(std::move(path)) { shards_.fill(-1); }
  base::Result<void> prepare();
  base::Result<void> open_shard(unsigned shard);
  std::string shard_path(unsigned shard) const;

  std::string path_;
  std::array<int, kShards> shards_;
};

std::string hex_of(const base::Digest& digest);
// Nothing but 64 lower-case digits.
std::optional<base::Digest> digest_of_hex(std::string_view text);

}  // namespace hansard::files

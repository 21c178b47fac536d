// The seal of a folder: what its files were when it was closed cleanly, in a file SEAL beside them. A database has
// checksums of its own for what it writes in blocks and tables; nothing covers the small files around them, nor a page
// of SQLite. So whoever owns a folder lifts its seal before he writes and seals it again when he is done; a folder
// without one was not closed cleanly, which is no damage. `hansard-replay verify` holds the files against it.
//
// Covered: every file in the folder but tables (*.sst, whose checksums stand in their MANIFEST), RocksDB's trace
// (LOG*), LOCK and the seal itself; folders inside are not. The format is docs/LOG_FORMAT.md, "The seal".
//
// Invariant: a seal that is there was true when its owner closed the folder, and nobody has opened it for writing
// since. Thread: the owner's. Errors of sealing are not told: the folder is then as after a crash. Limits:
// kSealedBytesMax; a larger folder is not sealed, so that closing it stays quick.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace hansard::base {

inline constexpr std::uint64_t kSealedBytesMax = 1ull << 30;
inline constexpr char kSealName[] = "SEAL";

class FolderSeal {
 public:
  // Removes the seal, durably; a folder that is not there is made by whoever opens it. Errors: io.
  static Result<FolderSeal> lift(std::string folder);
  FolderSeal(FolderSeal&& other) noexcept;
  FolderSeal& operator=(FolderSeal&& other) noexcept;
  // Seals the folder, when it is still there and two readings of its files agree. Declare it before what must be closed
  // first.
  ~FolderSeal();

 private:
  explicit FolderSeal(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;  // "" once moved from
};

struct SealedFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;  // CRC32C of the whole file
  bool operator==(const SealedFile&) const = default;
};

// Not found: there is none. Corrupt: it is not what was written.
Result<std::vector<SealedFile>> read_seal(const std::string& folder);
// The files of the folder that a seal covers, as they are now, by name. One that cannot be read is an error, and so
// is it (shutting_down) when `goes_on`, asked before each file, says no.
Result<std::vector<SealedFile>> sum_files(const std::string& folder, std::uint64_t bytes_max,
                                          const std::function<bool()>& goes_on = {});
bool is_sealed_name(std::string_view name);
// CRC32C and size of one file, read in pieces.
Result<SealedFile> sum_file(const std::string& path);

}  // namespace hansard::base

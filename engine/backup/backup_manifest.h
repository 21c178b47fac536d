// What stands in a backup's manifest.json: whose log it is and how far it reaches. It is the last thing written, so a
// folder that has one is a whole backup.
//
// Thread: any; plain functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/folder_seal.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/log/event_log.h"

namespace hansard::backup {

using base::Position;
using base::Result;

inline constexpr std::string_view kFormatWord = "hansard-backup";
inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr unsigned kManifestVersion = 2;  // 1 had neither sums nor a root

struct BackupManifest {
  std::string name;  // of its folder
  std::array<std::uint8_t, 16> cluster{};
  std::uint32_t epoch = 0;
  Position position;     // everything up to it
  bool at_rest = false;  // nobody wrote to the store then
  bool with_keys = false;
  std::uint64_t attachments = 0;
  std::uint64_t bytes = 0;  // of all files, links counted in full
  std::string created_at;
  // The tree over the first `size` records as it was last signed; size 0 where nothing was.
  log::HashedPrefix hashed;
  // Of every file but tables, whose checksums stand in the MANIFEST among these, and attachments, whose name is their
  // hash: the name below the backup, size and CRC32C.
  std::vector<base::SealedFile> sums;
  unsigned version = kManifestVersion;
  bool operator==(const BackupManifest&) const = default;
};

std::string to_json(const BackupManifest& manifest);
// `folder`/manifest.json. `not_found` when there is none, or it is another thing's; `corrupt`.
Result<BackupManifest> read_backup_manifest(const std::string& folder);
// The files that `sums` names are there and what they were. `corrupt` with the first that is not.
Result<void> check_sums(const std::string& folder, const BackupManifest& manifest);

}  // namespace hansard::backup

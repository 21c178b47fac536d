// What a manifest says of the files of an export.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/hash.h"
#include "engine/base/ids.h"

namespace hansard::segments {

struct PlainFile {
  std::string name;  // below the export's folder
  std::uint64_t bytes = 0;
  base::Digest sha256{};
  bool operator==(const PlainFile&) const = default;
};

// A file of records.
struct FileEntry {
  std::string name;
  std::uint64_t bytes = 0;
  base::Digest sha256{};
  base::Position first, last;             // the stretch of the log it stands for
  std::uint64_t count = 0;                // records in it
  std::uint64_t record_bytes = 0;         // their lengths, summed
  base::Timestamp first_time, last_time;  // of the first and the last of them
  base::Digest root{};                    // RFC 6962 over their leaves, in order
  std::optional<PlainFile> proofs;        // of evidence: a proof of each record, one a line
  bool operator==(const FileEntry&) const = default;
};

}  // namespace hansard::segments

// Attachments that travel with an export or a backup: files/<2 hex>/<64 hex>, each named by the SHA-256 of its bytes as
// in a data folder, and held against its name on the way out and on the way back.
//
// Which: with an export of everything all that was uploaded and is still needed; with a part of the log those that its
// events carry or announce. One that is no longer needed by anybody (a later erasure took it) is counted as missing.
//
// Thread: any; plain functions, `threads_for_work()` threads inside.
// Memory: 64 bytes for each file ever uploaded.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "replay/segments/manifest.h"
#include "replay/segments/source_log.h"

namespace hansard::segments {

// Which attachments records say there are: of each file uploaded and not collected the digest, once.
// Thread: any, several at a time.
class FilesNamed {
 public:
  Result<void> add(std::string_view record);
  // How many of them do not lie below `folder`.
  std::uint64_t count_missing(const std::string& folder) const;

 private:
  std::mutex mutex_;
  std::unordered_map<base::FileId, base::Digest> uploaded_;
  std::unordered_set<base::FileId> collected_;
};

// The bytes that belong to the events of `plan`, in no order. `on_read`: positions read, by one thread at a time.
Result<std::vector<base::Digest>> attachments_of(const SourceLog& source, const Manifest& plan,
                                                 const std::function<void(std::uint64_t positions)>& on_read);
// Links them (or copies, on another file system) from a data folder's files/ to that of an export. On stable storage on
// return. `corrupt` naming one whose bytes are not what its name says.
Result<Attachments> take_attachments(const std::vector<base::Digest>& wanted, const std::string& from,
                                     const std::string& to);
// How many attachments a data folder's files/ has, from their names and sizes alone.
Attachments count_attachments(const std::string& folder);
// Counts the files below files/; `corrupt` naming the first whose bytes are not what its name says. It is told as one
// of `source`, the files/ they were brought from: what a person can look at and mend.
Result<Attachments> check_attachments(const std::string& folder, const std::string& source);

}  // namespace hansard::segments

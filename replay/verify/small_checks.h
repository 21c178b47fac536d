// What stands beside log, index and views: the secrets in keys/, the progress rows in outbox/, and the attachments.
//
// Thread: one; FileEvents::see from any. Memory: 64 bytes for each file ever uploaded.
#pragma once

#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "engine/codec/codec.h"
#include "replay/verify/findings.h"
#include "replay/verify/store.h"

namespace hansard::verify {

// keys/: opens, and every secret is one. outbox/: opens, and every row can be read.
void check_keys(const Store& store, Findings& findings);
void check_outbox(const Store& store, Findings& findings);

// The files the log says there are, gathered while it is walked.
class FileEvents {
 public:
  void see(const codec::Leaf& leaf, std::string_view record);
  // files/: every file that was uploaded and not collected has its bytes, of its size; when asked to go deep, bytes
  // that hash to their name.
  void check(const Store& store, Findings& findings) const;

 private:
  struct File {
    base::Digest sha256{};
    std::uint64_t bytes = 0;
    base::Position position;
  };
  static void check_blob(const Store& store, const File& file, Check& check);

  std::mutex mutex_;
  std::unordered_map<base::FileId, File> uploaded_;
  std::unordered_set<base::FileId> collected_;
};

}  // namespace hansard::verify

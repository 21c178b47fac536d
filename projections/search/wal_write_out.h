// The write-ahead log of an SQLite database on its way to the disk: its pages are handed to the disk after every
// commit, and it is checkpointed when it has grown long. Left to SQLite alone, all of it (16 MB) would reach the disk
// with the checkpoint's one sync, and the syncs of the event log would wait behind it for 10 ms and more.
//
// Nothing here makes anything durable; sync_file_range(2) only begins to write.
//
// Thread: the connection's. Owns a descriptor of the log; SQLite keeps no locks on that file.
#pragma once

#include <memory>
#include <string>

#include "engine/base/descriptor.h"

struct sqlite3;

namespace hansard::search {

class WalWriteOut {
 public:
  // A longer log halves the bytes written, since pages changed again and again are copied once.
  static constexpr int kCheckpointPages = 4'000;

  // For the connection `handle` of the database at `path`, in WAL mode; must live until it is closed.
  static std::unique_ptr<WalWriteOut> begin(sqlite3* handle, const std::string& path);

  // SQLite's code for how the last checkpoint went.
  int checkpoint() const { return checkpoint_; }

 private:
  explicit WalWriteOut(std::string path) : path_(std::move(path)) {}
  // sqlite3_wal_hook. `pages`: that the log has now.
  static int on_commit(void* self, sqlite3* handle, const char* database, int pages);
  void hand_over(int pages);

  const std::string path_;
  std::unique_ptr<base::Descriptor> file_;  // once it is there
  int handed_over_ = 0;                     // pages
  int checkpoint_ = 0;
};

}  // namespace hansard::search

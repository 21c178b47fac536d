#include "projections/search/wal_write_out.h"

#include <fcntl.h>
#include <sqlite3.h>

#include <utility>

#include "projections/search/sealed_page.h"

namespace hansard::search {

namespace {
// https://www.sqlite.org/fileformat2.html#the_write_ahead_log;
constexpr off64_t kHeadBytes = 32, kFrameBytes = 24 + kPageBytes;
}  // namespace

std::unique_ptr<WalWriteOut> WalWriteOut::begin(sqlite3* handle, const std::string& path) {
  std::unique_ptr<WalWriteOut> out(new WalWriteOut(path + "-wal"));
  sqlite3_wal_hook(handle, on_commit, out.get());
  return out;
}

// As SQLite's own hook for wal_autocheckpoint: a checkpoint that fails is tried again with the next commit.
int WalWriteOut::on_commit(void* self, sqlite3* handle, const char* database, int pages) {
  auto* const out = static_cast<WalWriteOut*>(self);
  out->hand_over(pages);
  if (pages >= kCheckpointPages) {
    out->checkpoint_ = sqlite3_wal_checkpoint_v2(handle, database, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  return SQLITE_OK;
}

void WalWriteOut::hand_over(int pages) {
  const int from = pages < handed_over_ ? 0 : handed_over_;  // a checkpointed log begins anew
  handed_over_ = pages;
  if (!file_) file_ = std::make_unique<base::Descriptor>(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  ::sync_file_range(file_->value, kHeadBytes + from * kFrameBytes, (pages - from) * kFrameBytes, SYNC_FILE_RANGE_WRITE);
}

}  // namespace hansard::search

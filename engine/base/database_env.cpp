#include "engine/base/database_env.h"

#include <filesystem>
#include <memory>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>

#include "engine/base/this_thread.h"

namespace hansard::base {

namespace {
namespace fs = std::filesystem;

class NamesInOrder final : public rocksdb::FileSystemWrapper {
 public:
  NamesInOrder() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "NamesInOrder"; }

  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (fs::path(to).filename() == "CURRENT") {
      auto synced = sync_folder(fs::path(to).parent_path().string(), options, debug);
      if (!synced.ok()) return synced;
    }
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }

 private:
  rocksdb::IOStatus sync_folder(const std::string& path, const rocksdb::IOOptions& options,
                                rocksdb::IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSDirectory> folder;
    auto opened = NewDirectory(path, options, &folder, debug);
    return opened.ok() ? folder->Fsync(options, debug) : opened;
  }
};

// RocksDB begins its threads itself, and names them.
class MergesGoBehind final : public rocksdb::EventListener {
 public:
  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override {
    thread_local bool is_behind = false;
    if (!std::exchange(is_behind, true)) begin_thread("rocksdb:low");
  }
};
}  // namespace

std::shared_ptr<rocksdb::EventListener> merges_go_behind() {
  static const auto listener = std::make_shared<MergesGoBehind>();
  return listener;
}

rocksdb::Env* database_env() {
  static rocksdb::Env* const env = rocksdb::NewCompositeEnv(std::make_shared<NamesInOrder>()).release();
  return env;
}

}  // namespace hansard::base

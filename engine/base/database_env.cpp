#include "engine/base/database_env.h"

#include <filesystem>
#include <memory>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

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
}  // namespace

rocksdb::Env* database_env() {
  static rocksdb::Env* const env = rocksdb::NewCompositeEnv(std::make_shared<NamesInOrder>()).release();
  return env;
}

}  // namespace hansard::base

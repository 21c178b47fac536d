#include "tests/log/faulty_storage.h"

#include <atomic>
#include <utility>

#include <rocksdb/file_system.h>

#include "engine/log/wal_room.h"

namespace hansard::log {

namespace {
using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class UnsyncedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;

  IOStatus Append(const rocksdb::Slice& data, const IOOptions&, IODebugContext*) override {
    unsynced_.append(data.data(), data.size());
    return IOStatus::OK();
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override { return write_out(options, debug); }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return write_out(options, debug); }
  uint64_t GetFileSize(const IOOptions& options, IODebugContext* debug) override {
    return FSWritableFileOwnerWrapper::GetFileSize(options, debug) + unsynced_.size();
  }
  IOStatus Truncate(uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  // What was never synced is gone with the power.
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    unsynced_.clear();
    return FSWritableFileOwnerWrapper::Close(options, debug);
  }

 private:
  IOStatus write_out(const IOOptions& options, IODebugContext* debug) {
    IOStatus status = FSWritableFileOwnerWrapper::Append(unsynced_, options, debug);
    unsynced_.clear();
    return status;
  }
  std::string unsynced_;
};

class UnsyncedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "UnsyncedFileSystem"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                           IODebugContext* debug) override {
    return wrap(FileSystemWrapper::NewWritableFile(name, options, file, debug), file);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    return wrap(FileSystemWrapper::ReopenWritableFile(name, options, file, debug), file);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    return wrap(FileSystemWrapper::ReuseWritableFile(name, old_name, options, file, debug), file);
  }

 private:
  static IOStatus wrap(IOStatus status, std::unique_ptr<FSWritableFile>* file) {
    if (status.ok()) *file = std::make_unique<UnsyncedFile>(std::move(*file));
    return status;
  }
};

class FailingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<FSWritableFile> file, std::atomic<int>& syncs_left)
      : FSWritableFileOwnerWrapper(std::move(file)), syncs_left_(syncs_left) {}
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (syncs_left_-- <= 0) return IOStatus::IOError("the disk is broken");
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }

 private:
  std::atomic<int>& syncs_left_;
};

class FailingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  FailingFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target, int syncs)
      : FileSystemWrapper(target), syncs_left_(syncs) {}
  const char* Name() const override { return "FailingFileSystem"; }
  IOStatus NewWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                           IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (status.ok() && name.ends_with(".log")) *file = std::make_unique<FailingFile>(std::move(*file), syncs_left_);
    return status;
  }

 private:
  std::atomic<int> syncs_left_;
};
}  // namespace

std::unique_ptr<rocksdb::Env> storage_failing_after(int syncs) {
  return rocksdb::NewCompositeEnv(std::make_shared<FailingFileSystem>(env_with_room()->GetFileSystem(), syncs));
}

std::unique_ptr<rocksdb::Env> unsynced_storage() {
  return rocksdb::NewCompositeEnv(std::make_shared<UnsyncedFileSystem>(env_with_room()->GetFileSystem()));
}

}  // namespace hansard::log

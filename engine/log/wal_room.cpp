#include "engine/log/wal_room.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "engine/base/database_env.h"
#include "engine/base/descriptor.h"

namespace hansard::log {

namespace {
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// A log, and a second descriptor of it that zeros go through: the first one's offset is where RocksDB appends.
class LogWithRoom final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LogWithRoom(std::unique_ptr<FSWritableFile> log, int zeros)
      : FSWritableFileOwnerWrapper(std::move(log)), zeros_(zeros), is_room_made_(zeros >= 0) {}

  IOStatus Append(const Slice& bytes, const IOOptions& options, IODebugContext* debug) override {
    return grown(FSWritableFileOwnerWrapper::Append(bytes, options, debug), bytes.size());
  }
  IOStatus Append(const Slice& bytes, const IOOptions& options, const rocksdb::DataVerificationInfo& sums,
                  IODebugContext* debug) override {
    return grown(FSWritableFileOwnerWrapper::Append(bytes, options, sums, debug), bytes.size());
  }

  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    auto cut = cut_room(options, debug);
    auto closed = FSWritableFileOwnerWrapper::Close(options, debug);
    return cut.ok() ? closed : cut;
  }

 private:
  IOStatus grown(IOStatus appended, std::size_t bytes) {
    if (!appended.ok()) return appended;
    end_ += bytes;
    if (end_ > room_end_ && bytes <= kSmallAppendBytes && is_room_made_) make_room();
    return appended;
  }

  // Whether the zeros get to the disk is said by the sync of what was appended before them.
  void make_room() {
    static const std::string zeros(kRoomBytes, '\0');
    const auto written = ::pwrite(zeros_.value, zeros.data(), zeros.size(), static_cast<off_t>(end_));
    is_room_made_ = written == static_cast<ssize_t>(zeros.size());
    room_end_ = end_ + static_cast<std::size_t>(std::max<ssize_t>(written, 0));
  }

  IOStatus cut_room(const IOOptions& options, IODebugContext* debug) {
    if (room_end_ <= end_) return IOStatus::OK();
    auto cut = Truncate(end_, options, debug);
    return cut.ok() ? Fsync(options, debug) : cut;
  }

  const base::Descriptor zeros_;
  bool is_room_made_;  // not again after it failed
  std::size_t end_ = 0, room_end_ = 0;
};

class RoomAhead final : public rocksdb::FileSystemWrapper {
 public:
  RoomAhead() : FileSystemWrapper(base::database_env()->GetFileSystem()) {}
  const char* Name() const override { return "RoomAhead"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<FSWritableFile>* made, IODebugContext* debug) override {
    auto opened = FileSystemWrapper::NewWritableFile(path, options, made, debug);
    if (!opened.ok() || !path.ends_with(".log")) return opened;
    *made = std::make_unique<LogWithRoom>(std::move(*made), ::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return opened;
  }
};
}  // namespace

rocksdb::Env* env_with_room() {
  static rocksdb::Env* const env = rocksdb::NewCompositeEnv(std::make_shared<RoomAhead>()).release();
  return env;
}

}  // namespace hansard::log

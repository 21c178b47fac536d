#include "engine/log/wal_room.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
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

using Length = std::atomic<std::uint64_t>;

// Of the logs that are open, by path: how far they are written.
class OpenLogs {
 public:
  std::shared_ptr<Length> add(const std::string& path) {
    auto length = std::make_shared<Length>(0);
    std::lock_guard lock(mutex_);
    std::erase_if(logs_, [](const auto& log) { return log.second.expired(); });
    logs_[path] = length;
    return length;
  }
  std::shared_ptr<Length> find(const std::string& path) {
    std::lock_guard lock(mutex_);
    auto found = logs_.find(path);
    return found == logs_.end() ? nullptr : found->second.lock();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::weak_ptr<Length>> logs_;
};

// A log, and a second descriptor of it that zeros go through: the first one's offset is where RocksDB appends.
class LogWithRoom final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LogWithRoom(std::unique_ptr<FSWritableFile> log, int zeros, std::shared_ptr<Length> length)
      : FSWritableFileOwnerWrapper(std::move(log)),
        zeros_(zeros),
        length_(std::move(length)),
        is_room_made_(zeros >= 0) {}

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
    *length_ = end_;
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
    room_end_ = end_;
    auto cut = Truncate(end_, options, debug);
    return cut.ok() ? Fsync(options, debug) : cut;
  }

  const base::Descriptor zeros_;
  const std::shared_ptr<Length> length_;
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
    *made =
        std::make_unique<LogWithRoom>(std::move(*made), ::open(path.c_str(), O_WRONLY | O_CLOEXEC), logs_.add(path));
    return opened;
  }

  IOStatus GetFileSize(const std::string& path, const IOOptions& options, std::uint64_t* bytes,
                       IODebugContext* debug) override {
    auto log = logs_.find(path);
    if (log == nullptr) return FileSystemWrapper::GetFileSize(path, options, bytes, debug);
    *bytes = *log;
    return IOStatus::OK();
  }

 private:
  OpenLogs logs_;
};
}  // namespace

rocksdb::Env* env_with_room() {
  static rocksdb::Env* const env = rocksdb::NewCompositeEnv(std::make_shared<RoomAhead>()).release();
  return env;
}

}  // namespace hansard::log

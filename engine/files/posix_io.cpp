#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/this_thread.h"
#include "engine/files/file_io.h"

namespace hansard::files {

namespace {

IoResult result_of(int returned) {
  if (returned < 0) return {errno, 0};
  return {0, static_cast<std::uint64_t>(returned)};
}

// Repeats what a signal interrupted; `call` returns -1 and errno, or how much it moved.
template <class Call>
ssize_t uninterrupted(Call call) {
  for (;;) {
    ssize_t moved = call();
    if (moved >= 0 || errno != EINTR) return moved;
  }
}

// `step(done so far)` moves some of `size` bytes; 0 is the end of the file.
template <class Step>
IoResult move_all(std::size_t size, Step step) {
  std::size_t moved = 0;
  while (moved < size) {
    ssize_t now = uninterrupted([&] { return step(moved); });
    if (now < 0) return {errno, moved};
    if (now == 0) break;
    moved += static_cast<std::size_t>(now);
  }
  return {0, moved};
}

struct Perform {
  IoResult operator()(const CreateFile& create) const {
    return result_of(::open(create.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  }
  IoResult operator()(const OpenFile& open) const { return result_of(::open(open.path.c_str(), O_RDONLY | O_CLOEXEC)); }
  IoResult operator()(const WriteFile& write) const {
    auto result = move_all(write.bytes.size(), [&](std::size_t moved) {
      return ::pwrite(write.file, write.bytes.data() + moved, write.bytes.size() - moved,
                      static_cast<off_t>(write.offset + moved));
    });
    if (result.error == 0 && result.value < write.bytes.size()) result.error = EIO;
    return result;
  }
  IoResult operator()(const ReadFile& read) const {
    return move_all(read.into.size(), [&](std::size_t moved) {
      return ::pread(read.file, read.into.data() + moved, read.into.size() - moved,
                     static_cast<off_t>(read.offset + moved));
    });
  }
  IoResult operator()(const SyncFile& sync) const { return result_of(::fsync(sync.file)); }
  IoResult operator()(const CloseFile& close) const { return result_of(::close(close.file)); }
  IoResult operator()(const RenameFile& rename) const {
    return result_of(std::rename(rename.from.c_str(), rename.to.c_str()));
  }
  IoResult operator()(const UnlinkFile& unlink) const { return result_of(::unlink(unlink.path.c_str())); }
};

class PosixIo final : public FileIo {
 public:
  PosixIo() {
    for (unsigned i = 0; i < kPosixThreads; ++i) workers_.emplace_back([this] { work(); });
  }

  ~PosixIo() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  std::string_view name() const override { return "posix"; }

  void start(IoOperation operation, IoDone done) override {
    {
      std::lock_guard lock(mutex_);
      CHECK(waiting_.size() < kOperationsMax, waiting_.size());
      waiting_.push_back({std::move(operation), std::move(done)});
    }
    changed_.notify_one();
  }

 private:
  struct Waiting {
    IoOperation operation;
    IoDone done;
  };

  // What a callback starts while stopping, its own worker still takes.
  void work() {
    base::begin_thread("files");
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      next.done(std::visit(Perform{}, next.operation));
      next = {};
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace

std::unique_ptr<FileIo> make_posix_io() { return std::make_unique<PosixIo>(); }

}  // namespace hansard::files

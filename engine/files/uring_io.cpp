// The only file that knows liburing.
#include <fcntl.h>
#include <liburing.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/this_thread.h"
#include "engine/files/file_io.h"

namespace hansard::files {

namespace {

// The kernel takes 32-bit lengths, and moves at most 2 GiB less a page anyway.
constexpr std::size_t kBytesPerMoveMax = 1u << 30;

// An operation from start to callback; what the kernel looks at stays where it is.
struct InFlight {
  IoOperation operation;
  IoDone done;
  std::uint64_t moved = 0;  // of a read or a write that takes several turns
};

// Fills a submission entry with what is still to do.
struct Prepare {
  io_uring_sqe* entry;
  std::uint64_t moved;

  void operator()(const CreateFile& create) const {
    io_uring_prep_openat(entry, AT_FDCWD, create.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  void operator()(const OpenFile& open) const {
    io_uring_prep_openat(entry, AT_FDCWD, open.path.c_str(), O_RDONLY | O_CLOEXEC, 0);
  }
  void operator()(const WriteFile& write) const {
    auto size = std::min<std::size_t>(write.bytes.size() - moved, kBytesPerMoveMax);
    io_uring_prep_write(entry, write.file, write.bytes.data() + moved, static_cast<unsigned>(size),
                        write.offset + moved);
  }
  void operator()(const ReadFile& read) const {
    auto size = std::min<std::size_t>(read.into.size() - moved, kBytesPerMoveMax);
    io_uring_prep_read(entry, read.file, read.into.data() + moved, static_cast<unsigned>(size), read.offset + moved);
  }
  void operator()(const SyncFile& sync) const { io_uring_prep_fsync(entry, sync.file, 0); }
  void operator()(const CloseFile& close) const { io_uring_prep_close(entry, close.file); }
  void operator()(const RenameFile& rename) const {
    io_uring_prep_renameat(entry, AT_FDCWD, rename.from.c_str(), AT_FDCWD, rename.to.c_str(), 0);
  }
  void operator()(const UnlinkFile& unlink) const { io_uring_prep_unlinkat(entry, AT_FDCWD, unlink.path.c_str(), 0); }
};

// How many bytes a read or a write is to move; nothing for what is over in one turn.
std::optional<std::size_t> bytes_of(const IoOperation& operation) {
  if (const auto* write = std::get_if<WriteFile>(&operation)) return write->bytes.size();
  if (const auto* read = std::get_if<ReadFile>(&operation)) return read->into.size();
  return std::nullopt;
}

class UringIo final : public FileIo {
 public:
  UringIo(io_uring ring, int bell) : ring_(ring), bell_(bell), thread_([this] { run(); }) {}
  ~UringIo() override;

  std::string_view name() const override { return "uring"; }
  void start(IoOperation operation, IoDone done) override;

 private:
  void run();
  bool is_over();
  void listen();
  void submit_waiting();
  void submit(std::unique_ptr<InFlight> operation);
  void enter();
  void reap();
  void on_end(std::unique_ptr<InFlight> operation, int returned);
  void ring_bell() const;

  io_uring ring_;
  const int bell_;  // an eventfd: rung when the queue was empty
  std::uint64_t rung_ = 0;
  bool is_listening_ = false;
  std::size_t in_kernel_ = 0;

  std::mutex mutex_;
  std::deque<std::unique_ptr<InFlight>> waiting_;
  bool stopping_ = false;

  std::thread thread_;
};

UringIo::~UringIo() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ring_bell();
  thread_.join();
  io_uring_queue_exit(&ring_);
  ::close(bell_);
}

void UringIo::start(IoOperation operation, IoDone done) {
  auto added = std::make_unique<InFlight>(std::move(operation), std::move(done));
  std::unique_lock lock(mutex_);
  CHECK(waiting_.size() < kOperationsMax, waiting_.size());
  waiting_.push_back(std::move(added));
  bool is_first = waiting_.size() == 1;
  lock.unlock();
  if (is_first) ring_bell();
}

void UringIo::ring_bell() const {
  std::uint64_t once = 1;
  auto written = ::write(bell_, &once, sizeof once);
  CHECK(written == sizeof once, errno);
}

void UringIo::run() {
  base::begin_thread("files");
  while (!is_over()) {
    submit_waiting();
    enter();
    reap();
  }
}

// While stopping only callbacks start operations, and they run on this thread: nobody has to wake it. The last read of
// the bell ends because stopping rings it.
bool UringIo::is_over() {
  std::lock_guard lock(mutex_);
  if (!stopping_) listen();
  return stopping_ && waiting_.empty() && in_kernel_ == 0 && !is_listening_;
}

void UringIo::listen() {
  if (is_listening_) return;
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  CHECK(entry != nullptr);
  io_uring_prep_read(entry, bell_, &rung_, sizeof rung_, 0);
  io_uring_sqe_set_data(entry, nullptr);
  is_listening_ = true;
}

// One entry is the bell's. What does not fit waits; the end of an operation brings the thread here again.
void UringIo::submit_waiting() {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty() && in_kernel_ < kUringEntries - 1) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    submit(std::move(next));
  }
}

void UringIo::submit(std::unique_ptr<InFlight> operation) {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  CHECK(entry != nullptr, in_kernel_);
  std::visit(Prepare{entry, operation->moved}, operation->operation);
  io_uring_sqe_set_data(entry, operation.release());
  ++in_kernel_;
}

// Short of memory (EAGAIN, EBUSY) the kernel takes what it can; what has been taken ends some time and makes room.
void UringIo::enter() {
  int submitted = io_uring_submit_and_wait(&ring_, 1);
  if (submitted >= 0 || submitted == -EINTR) return;
  CHECK(submitted == -EAGAIN || submitted == -EBUSY, submitted);
  std::this_thread::yield();
}

void UringIo::reap() {
  io_uring_cqe* ended = nullptr;
  while (io_uring_peek_cqe(&ring_, &ended) == 0) {
    std::unique_ptr<InFlight> operation(static_cast<InFlight*>(io_uring_cqe_get_data(ended)));
    int returned = ended->res;
    io_uring_cqe_seen(&ring_, ended);
    if (operation) {
      --in_kernel_;
      on_end(std::move(operation), returned);
    } else {
      is_listening_ = false;
    }
  }
}

void UringIo::on_end(std::unique_ptr<InFlight> operation, int returned) {
  // A close that was interrupted has closed: another one would close whatever has the number since.
  const bool is_close = std::holds_alternative<CloseFile>(operation->operation);
  if ((returned == -EINTR || returned == -EAGAIN) && !is_close) return submit(std::move(operation));
  if (returned < 0) return operation->done({-returned, operation->moved});
  auto wanted = bytes_of(operation->operation);
  if (!wanted) return operation->done({0, static_cast<std::uint64_t>(returned)});
  operation->moved += static_cast<std::uint64_t>(returned);
  bool is_end = returned == 0 || operation->moved == *wanted;
  if (!is_end) return submit(std::move(operation));
  bool is_short_write = operation->moved < *wanted && std::holds_alternative<WriteFile>(operation->operation);
  operation->done({is_short_write ? EIO : 0, operation->moved});
}

base::Error no_uring(std::string_view why, int error_number) {
  return base::error(base::ErrorCode::unsupported,
                     "io_uring: " + std::string(why) + ": " + std::strerror(error_number));
}

bool has_every_operation(io_uring& ring) {
  io_uring_probe* probe = io_uring_get_probe_ring(&ring);
  if (probe == nullptr) return false;
  constexpr int kNeeded[] = {IORING_OP_OPENAT, IORING_OP_WRITE,    IORING_OP_READ,    IORING_OP_FSYNC,
                             IORING_OP_CLOSE,  IORING_OP_RENAMEAT, IORING_OP_UNLINKAT};
  bool has = std::all_of(std::begin(kNeeded), std::end(kNeeded),
                         [probe](int operation) { return io_uring_opcode_supported(probe, operation) != 0; });
  io_uring_free_probe(probe);
  return has;
}

}  // namespace

base::Result<std::unique_ptr<FileIo>> make_uring_io() {
  io_uring ring;
  int failed = io_uring_queue_init(kUringEntries, &ring, 0);
  if (failed != 0) return no_uring("no ring", -failed);
  int bell = has_every_operation(ring) ? ::eventfd(0, EFD_CLOEXEC) : -1;
  if (bell < 0) {
    io_uring_queue_exit(&ring);
    return no_uring("an operation is missing", ENOSYS);
  }
  return std::unique_ptr<FileIo>(std::make_unique<UringIo>(ring, bell));
}

}  // namespace hansard::files

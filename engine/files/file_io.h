// The few file operations a blob store needs, asynchronous: started on any thread, their end told by a callback on a
// thread of the back end. An io thread never makes a call that may wait for a disk: a page that is not in memory or an
// fsync costs tens of milliseconds, in which none of its sockets would be served.
//
// Two back ends, one contract, one conformance test (tests/files/file_io_test.cpp):
//
// - uring: one thread owns an io_uring (io_uring(7), liburing) with up to kUringEntries operations in the kernel, so a
//   slow fsync holds up nobody, and a burst of operations is one system call.
// - posix: kPosixThreads workers take operations from one queue and make the ordinary blocking calls. So many because a
//   worker in an fsync serves nobody else; few, because a disk does not get faster with more.
//
// Callbacks, because this room has no Asio: the edge turns one into one post to the io_context that asked
// (api/file_wait.h). Operations are independent; who needs an order starts the next one when the last has ended.
//
// Invariants: every callback runs exactly once, never inside start. The destructor waits for all that was started.
// Thread: start from any; callbacks on a thread of the back end, which they must not hold up; a reader of a blob hashes
// a piece there.
// Limits: kOperationsMax unfinished ones. The store's number of transfers keeps it far below; more is a CHECK.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace hansard::files {

inline constexpr unsigned kUringEntries = 128;
inline constexpr unsigned kPosixThreads = 4;
inline constexpr std::size_t kOperationsMax = 16'384;

// A new file for writing, mode 0600, that must not exist yet; or an existing one for reading. Value: its number.
struct CreateFile {
  std::string path;
};
struct OpenFile {
  std::string path;
};
// All of `bytes`, or an error. The bytes stay valid until the callback. Value: their number.
struct WriteFile {
  int file;
  std::uint64_t offset;
  std::string_view bytes;
};
// As much as `into` holds, less only at the end of the file. It stays valid until the callback. Value: bytes read.
struct ReadFile {
  int file;
  std::uint64_t offset;
  std::span<char> into;
};
// fsync(2), of a file or a folder. Never repeat a failed one: the kernel forgets what it could not write.
struct SyncFile {
  int file;
};
// The number is free afterwards, also after an error.
struct CloseFile {
  int file;
};
struct RenameFile {
  std::string from;
  std::string to;  // replaced where it exists
};
struct UnlinkFile {
  std::string path;
};
using IoOperation =
    std::variant<CreateFile, OpenFile, WriteFile, ReadFile, SyncFile, CloseFile, RenameFile, UnlinkFile>;

struct IoResult {
  int error = 0;  // errno; 0: it went well
  std::uint64_t value = 0;
};
using IoDone = std::function<void(IoResult)>;

class FileIo {
 public:
  virtual ~FileIo() = default;
  virtual std::string_view name() const = 0;  // "uring" or "posix"
  virtual void start(IoOperation operation, IoDone done) = 0;
};

enum class IoChoice { automatic, uring, posix };

struct ChosenIo {
  std::unique_ptr<FileIo> io;
  std::string why_not_uring;  // automatic and posix came out: what io_uring said; else ""
};
// automatic: uring where the kernel (and what a container lets through) has all it needs, else posix. `unsupported`
// where uring alone is asked for and is not there.
base::Result<ChosenIo> choose_file_io(IoChoice choice);

// The back ends. `unsupported`: no ring (kernel, seccomp, io_uring_disabled, locked memory), or an operation it lacks.
base::Result<std::unique_ptr<FileIo>> make_uring_io();
std::unique_ptr<FileIo> make_posix_io();

// Runs one after the other until one fails; `done` gets the last result.
void start_in_order(FileIo& io, std::vector<IoOperation> operations, IoDone done);

// ENOENT is not_found, a full disk or quota disk_full, everything else io. `what` begins the sentence.
base::Error error_of(int error_number, std::string_view what);

}  // namespace hansard::files

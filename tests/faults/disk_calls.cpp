// libc's functions that change or read files, defined in this program: the dynamic linker binds RocksDB, SQLite and
// libstdc++ to these. Each asks the recorder (disk_recorder.h) whether the file is one of those under test; if not, the
// kernel is called as libc would.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "tests/faults/disk_recorder.h"

using hansard::faults::DiskRecorder;

namespace {
DiskRecorder* recorder_of(int descriptor) {
  DiskRecorder* recorder = DiskRecorder::get();
  return recorder != nullptr && recorder->has(descriptor) ? recorder : nullptr;
}

// `path` below the folder under test, or nothing.
std::optional<std::string> ours(int folder, const char* path) {
  const DiskRecorder* recorder = DiskRecorder::get();
  return recorder != nullptr ? recorder->path_of(folder, path) : std::nullopt;
}

int do_open(int folder, const char* path, int flags, mode_t mode) {
  if (DiskRecorder* recorder = DiskRecorder::get()) return recorder->open(folder, path, flags, mode);
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

ssize_t do_write(int descriptor, const void* bytes, std::size_t count) {
  if (DiskRecorder* recorder = recorder_of(descriptor)) {
    return recorder->write(descriptor, static_cast<const char*>(bytes), count, std::nullopt);
  }
  return ::syscall(SYS_write, descriptor, bytes, count);
}

ssize_t do_pwrite(int descriptor, const void* bytes, std::size_t count, off_t at) {
  if (DiskRecorder* recorder = recorder_of(descriptor)) {
    return recorder->write(descriptor, static_cast<const char*>(bytes), count, at);
  }
  return ::syscall(SYS_pwrite64, descriptor, bytes, count, at);
}

ssize_t do_pread(int descriptor, void* into, std::size_t count, off_t at) {
  if (DiskRecorder* recorder = DiskRecorder::get()) {
    return recorder->read(descriptor, static_cast<char*>(into), count, at);
  }
  return ::syscall(SYS_pread64, descriptor, into, count, at);
}

int do_sync(int descriptor, long call) {
  if (DiskRecorder* recorder = recorder_of(descriptor)) return recorder->sync(descriptor);
  return static_cast<int>(::syscall(call, descriptor));
}

int do_ftruncate(int descriptor, off_t size) {
  if (DiskRecorder* recorder = recorder_of(descriptor)) return recorder->resize(descriptor, size);
  return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
}

int do_truncate(const char* path, off_t size) {
  if (auto below = ours(AT_FDCWD, path)) return DiskRecorder::get()->resize(*below, path, size);
  return static_cast<int>(::syscall(SYS_truncate, path, size));
}

int do_unlink(int folder, const char* path, int flags) {
  if (auto below = ours(folder, path)) return DiskRecorder::get()->remove(*below, folder, path, flags);
  return static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
}

int do_mkdir(int folder, const char* path, mode_t mode) {
  if (auto below = ours(folder, path)) return DiskRecorder::get()->make_folder(*below, folder, path, mode);
  return static_cast<int>(::syscall(SYS_mkdirat, folder, path, mode));
}

int flags_of(const char* mode) {
  const bool both = std::strchr(mode, '+') != nullptr;
  if (mode[0] == 'w') return (both ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC | O_CLOEXEC;
  if (mode[0] == 'a') return (both ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND | O_CLOEXEC;
  return (both ? O_RDWR : O_RDONLY) | O_CLOEXEC;
}

// stdio opens inside libc, where we do not see it; what is ours is opened here.
FILE* do_fopen(const char* path, const char* mode, const char* name) {
  if (ours(AT_FDCWD, path)) {
    const int descriptor = do_open(AT_FDCWD, path, flags_of(mode), 0666);
    return descriptor < 0 ? nullptr : ::fdopen(descriptor, mode);
  }
  using Open = FILE* (*)(const char*, const char*);
  static const auto next = reinterpret_cast<Open>(::dlsym(RTLD_NEXT, name));
  return next(path, mode);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}
}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return do_open(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return do_open(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return do_open(folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return do_open(folder, path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) { return do_fopen(path, mode, "fopen"); }
FILE* fopen64(const char* path, const char* mode) { return do_fopen(path, mode, "fopen64"); }

int close(int descriptor) {
  if (DiskRecorder* recorder = DiskRecorder::get()) recorder->close(descriptor);
  return static_cast<int>(::syscall(SYS_close, descriptor));
}

ssize_t write(int descriptor, const void* bytes, size_t count) { return do_write(descriptor, bytes, count); }
ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
  return do_pwrite(descriptor, bytes, count, at);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t at) {
  return do_pwrite(descriptor, bytes, count, at);
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
  if (recorder_of(descriptor) == nullptr) return ::syscall(SYS_writev, descriptor, parts, count);
  std::string all;
  for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  return do_write(descriptor, all.data(), all.size());
}

ssize_t read(int descriptor, void* into, size_t count) {
  if (DiskRecorder* recorder = DiskRecorder::get()) {
    return recorder->read(descriptor, static_cast<char*>(into), count, std::nullopt);
  }
  return ::syscall(SYS_read, descriptor, into, count);
}
ssize_t pread(int descriptor, void* into, size_t count, off_t at) { return do_pread(descriptor, into, count, at); }
ssize_t pread64(int descriptor, void* into, size_t count, off64_t at) { return do_pread(descriptor, into, count, at); }

// Our files are copied by reads and writes, which libstdc++ falls back to.
ssize_t sendfile(int to, int from, off_t* at, size_t count) noexcept {
  if (recorder_of(to) == nullptr) return ::syscall(SYS_sendfile, to, from, at, count);
  errno = ENOSYS;
  return -1;
}

int fsync(int descriptor) { return do_sync(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return do_sync(descriptor, SYS_fdatasync); }
// Promises nothing (sync_file_range(2)).
int sync_file_range(int descriptor, off64_t, off64_t, unsigned) {
  return recorder_of(descriptor) != nullptr ? 0 : static_cast<int>(::syscall(SYS_sync_file_range, descriptor, 0, 0, 0));
}

int ftruncate(int descriptor, off_t size) noexcept { return do_ftruncate(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) noexcept { return do_ftruncate(descriptor, size); }
int truncate(const char* path, off_t size) noexcept { return do_truncate(path, size); }
int truncate64(const char* path, off64_t size) noexcept { return do_truncate(path, size); }
int fallocate(int descriptor, int mode, off_t at, off_t length) {
  DiskRecorder* recorder = recorder_of(descriptor);
  if (recorder == nullptr) return static_cast<int>(::syscall(SYS_fallocate, descriptor, mode, at, length));
  return (mode & FALLOC_FL_KEEP_SIZE) != 0 ? 0 : recorder->grow(descriptor, at + length);
}
int posix_fallocate(int descriptor, off_t at, off_t length) {
  return fallocate(descriptor, 0, at, length) == 0 ? 0 : errno;
}

int rename(const char* from, const char* to) noexcept {
  auto ours_from = ours(AT_FDCWD, from), ours_to = ours(AT_FDCWD, to);
  if (ours_from && ours_to) return DiskRecorder::get()->rename(*ours_from, *ours_to, from, to);
  return static_cast<int>(::syscall(SYS_rename, from, to));
}
int link(const char* from, const char* to) noexcept {
  auto ours_from = ours(AT_FDCWD, from), ours_to = ours(AT_FDCWD, to);
  if (ours_from && ours_to) return DiskRecorder::get()->link(*ours_from, *ours_to, from, to);
  return static_cast<int>(::syscall(SYS_link, from, to));
}
int unlink(const char* path) noexcept { return do_unlink(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char* path, int flags) noexcept { return do_unlink(folder, path, flags); }
int rmdir(const char* path) noexcept { return do_unlink(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) noexcept {
  if (do_unlink(AT_FDCWD, path, 0) == 0) return 0;
  return errno == EISDIR ? do_unlink(AT_FDCWD, path, AT_REMOVEDIR) : -1;
}
int mkdir(const char* path, mode_t mode) noexcept { return do_mkdir(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char* path, mode_t mode) noexcept { return do_mkdir(folder, path, mode); }

// What is left of a disk that a plan made small.
int statvfs(const char* path, struct statvfs* into) noexcept {
  using Look = int (*)(const char*, struct statvfs*);
  static const auto next = reinterpret_cast<Look>(::dlsym(RTLD_NEXT, "statvfs"));
  const int done = next(path, into);
  if (done != 0 || !ours(AT_FDCWD, path)) return done;
  if (const auto left = DiskRecorder::get()->space_told()) into->f_bavail = into->f_bfree = *left / into->f_frsize;
  return done;
}

}  // extern "C"

#include "tests/faults/disk_recorder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <climits>

namespace hansard::faults {

namespace {
// The kernel itself: libc's functions of these names are the ones this stands below.
template <class... Arguments>
long kernel(long number, Arguments... arguments) {
  return ::syscall(number, arguments...);
}

bool stat_at(int folder, const char* path, struct stat& found) {
  return kernel(SYS_newfstatat, folder, path, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

bool stat_of(int descriptor, struct stat& found) { return kernel(SYS_fstat, descriptor, &found) == 0; }

// Without empty parts and "."; the calls we see have no "..".
std::string tidy(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!part.empty() && part != ".") out += (out.empty() ? "" : "/") + std::string(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

std::string folder_of(int descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  char target[PATH_MAX];
  const long length = kernel(SYS_readlinkat, AT_FDCWD, link.c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

// Closed by another thread since it was looked up.
int fails_closed() {
  errno = EBADF;
  return -1;
}

void wait_us(std::uint32_t us) {
  if (us == 0) return;
  const timespec time{0, static_cast<long>(us) * 1'000};
  ::nanosleep(&time, nullptr);
}
}  // namespace

bool is_state(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return !name.starts_with("LOG") && name != "LOCK" && !name.ends_with("-shm");
}

DiskRecorder* DiskRecorder::get() {
  static DiskRecorder* const recorder = []() -> DiskRecorder* {
    const char* root = ::getenv(kRootVariable);
    const char* journal = ::getenv(kJournalVariable);
    const char* plan = ::getenv(kPlanVariable);
    if (root == nullptr) return nullptr;
    return new DiskRecorder(root, journal != nullptr ? journal : "", plan != nullptr ? plan : "");
  }();
  return recorder;
}

DiskRecorder::DiskRecorder(std::string root, const std::string& journal, std::string_view plan)
    : root_(std::move(root)), plan_(plan) {
  if (journal.empty()) return;
  journal_ =
      static_cast<int>(kernel(SYS_openat, AT_FDCWD, journal.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (journal_ < 0) std::abort();
}

std::optional<std::string> DiskRecorder::path_of(int folder, const char* path) const {
  std::string full = path;
  if (path[0] != '/' && folder != AT_FDCWD) full = folder_of(folder) + "/" + path;
  if (!full.starts_with(root_)) return std::nullopt;
  std::string_view below = std::string_view(full).substr(root_.size());
  if (!below.empty() && below.front() != '/') return std::nullopt;
  std::string found = tidy(below);
  if (!is_state(found)) return std::nullopt;
  return found;
}

const DiskRecorder::File* DiskRecorder::find(int descriptor) {
  auto found = files_.find(descriptor);
  if (found == files_.end()) return nullptr;
  struct stat now{};
  // A descriptor closed inside libc (fclose) may be something else by now.
  if (stat_of(descriptor, now) && now.st_ino == found->second.inode) return &found->second;
  files_.erase(found);
  return nullptr;
}

bool DiskRecorder::has(int descriptor) {
  std::lock_guard lock(mutex_);
  return find(descriptor) != nullptr;
}

void DiskRecorder::record(Op op) {
  ++ops_;
  if (journal_ < 0) return;
  const std::string bytes = encode(op);
  if (kernel(SYS_write, journal_, bytes.data(), bytes.size()) != static_cast<long>(bytes.size())) std::abort();
  if (plan_.is_last_call()) ::kill(::getpid(), SIGKILL);
}

bool DiskRecorder::fails(Call call, std::string_view path) {
  const auto failure = plan_.next(call, path);
  if (!failure) return false;
  errno = failure->error != 0 ? failure->error : EIO;
  return true;
}

int DiskRecorder::open(int folder, const char* path, int flags, mode_t mode) {
  const auto below = path_of(folder, path);
  std::lock_guard lock(mutex_);
  struct stat before{};
  const bool is_new = below && (flags & O_CREAT) != 0 && !stat_at(folder, path, before);
  if (is_new && fails(Call::create, *below)) return -1;
  const int descriptor = static_cast<int>(kernel(SYS_openat, folder, path, flags, mode));
  if (descriptor < 0) return descriptor;
  files_.erase(descriptor);
  struct stat now{};
  if (!below || !stat_of(descriptor, now)) return descriptor;
  if (is_new) record({OpKind::create, now.st_ino, 0, *below, {}, {}});
  if (!is_new && (flags & O_TRUNC) != 0) {
    plan_.give_space(static_cast<std::size_t>(before.st_size));
    record({OpKind::resize, now.st_ino, 0, *below, {}, {}});
  }
  files_[descriptor] = {now.st_ino, *below};
  return descriptor;
}

void DiskRecorder::close(int descriptor) {
  std::lock_guard lock(mutex_);
  files_.erase(descriptor);
}

ssize_t DiskRecorder::write_some(int descriptor, const char* bytes, std::size_t count, off_t at, std::size_t allowed) {
  struct stat now{};
  stat_of(descriptor, now);
  const std::size_t end = static_cast<std::size_t>(at) + count;
  const std::size_t size = static_cast<std::size_t>(now.st_size);
  const std::size_t growth = end > size ? end - size : 0;
  const std::size_t fits = count - growth + plan_.take_space(growth);
  const std::size_t take = std::min(fits, allowed);
  if (take == 0 && count > 0) {
    errno = ENOSPC;
    return -1;
  }
  return kernel(SYS_pwrite64, descriptor, bytes, take, at);
}

ssize_t DiskRecorder::write(int descriptor, const char* bytes, std::size_t count, std::optional<off_t> at) {
  std::lock_guard lock(mutex_);
  const File* file = find(descriptor);
  if (file == nullptr) return fails_closed();
  const auto failure = plan_.next(Call::write, file->path);
  if (failure && failure->kind != Failure::Kind::shorter) {
    errno = failure->error;
    return -1;
  }
  off_t begin = at.value_or(0);
  if (!at) {
    struct stat now{};
    stat_of(descriptor, now);
    const bool appends = (kernel(SYS_fcntl, descriptor, F_GETFL, 0) & O_APPEND) != 0;
    begin = appends ? now.st_size : kernel(SYS_lseek, descriptor, off_t{0}, SEEK_CUR);
  }
  const ssize_t wrote = write_some(descriptor, bytes, count, begin, failure ? count / 2 : count);
  if (wrote < 0) return wrote;
  if (!at) kernel(SYS_lseek, descriptor, begin + wrote, SEEK_SET);
  record({OpKind::write,
          file->inode,
          static_cast<std::uint64_t>(begin),
          file->path,
          {},
          std::string(bytes, static_cast<std::size_t>(wrote))});
  return wrote;
}

ssize_t DiskRecorder::read(int descriptor, char* into, std::size_t count, std::optional<off_t> at) {
  const ssize_t got =
      at ? kernel(SYS_pread64, descriptor, into, count, *at) : kernel(SYS_read, descriptor, into, count);
  if (got <= 0) return got;
  std::lock_guard lock(mutex_);
  const File* file = find(descriptor);
  if (file == nullptr) return got;
  const auto failure = plan_.next(Call::read, file->path);
  if (!failure) return got;
  if (failure->kind == Failure::Kind::flip) {
    into[static_cast<std::size_t>(got) * 5 / 8] ^= 0x10;
    return got;
  }
  errno = failure->error;
  return -1;
}

int DiskRecorder::resize(int descriptor, off_t size) {
  std::lock_guard lock(mutex_);
  const File* file = find(descriptor);
  if (file == nullptr) return fails_closed();
  if (fails(Call::write, file->path)) return -1;
  const long done = kernel(SYS_ftruncate, descriptor, size);
  if (done == 0) record({OpKind::resize, file->inode, static_cast<std::uint64_t>(size), file->path, {}, {}});
  return static_cast<int>(done);
}

int DiskRecorder::resize(const std::string& path, const char* full, off_t size) {
  std::lock_guard lock(mutex_);
  if (fails(Call::write, path)) return -1;
  struct stat now{};
  const long done = kernel(SYS_truncate, full, size);
  if (done == 0 && stat_at(AT_FDCWD, full, now)) {
    record({OpKind::resize, now.st_ino, static_cast<std::uint64_t>(size), path, {}, {}});
  }
  return static_cast<int>(done);
}

// fallocate without FALLOC_FL_KEEP_SIZE.
int DiskRecorder::grow(int descriptor, off_t size) {
  struct stat now{};
  {
    std::lock_guard lock(mutex_);
    if (stat_of(descriptor, now) && now.st_size >= size) return 0;
  }
  return resize(descriptor, size);
}

int DiskRecorder::sync(int descriptor) {
  std::uint64_t covered = 0;
  File synced;
  std::uint32_t delay = 0;
  std::optional<Failure> failure;
  {
    std::lock_guard lock(mutex_);
    const File* file = find(descriptor);
    if (file == nullptr) return fails_closed();
    covered = ops_;
    synced = *file;
    failure = plan_.next(Call::sync, file->path);
    delay = plan_.sync_delay_us();
  }
  wait_us(delay);
  std::lock_guard lock(mutex_);
  record({failure ? OpKind::failed_sync : OpKind::sync, synced.inode, covered, synced.path, {}, {}});
  if (!failure) return 0;
  errno = failure->error;
  return -1;
}

int DiskRecorder::rename(const std::string& from, const std::string& to, const char* full_from, const char* full_to) {
  std::lock_guard lock(mutex_);
  if (fails(Call::rename, to)) return -1;
  const long done = kernel(SYS_rename, full_from, full_to);
  if (done == 0) record({OpKind::rename, 0, 0, from, to, {}});
  return static_cast<int>(done);
}

int DiskRecorder::link(const std::string& from, const std::string& to, const char* full_from, const char* full_to) {
  std::lock_guard lock(mutex_);
  if (fails(Call::create, to)) return -1;
  const long done = kernel(SYS_link, full_from, full_to);
  if (done == 0) record({OpKind::link, 0, 0, from, to, {}});
  return static_cast<int>(done);
}

int DiskRecorder::remove(const std::string& path, int folder, const char* full, int flags) {
  std::lock_guard lock(mutex_);
  if (fails(Call::remove, path)) return -1;
  struct stat before{};
  const bool is_there = stat_at(folder, full, before);
  const long done = kernel(SYS_unlinkat, folder, full, flags);
  if (done == 0) record({OpKind::remove, 0, 0, path, {}, {}});
  if (done == 0 && is_there && before.st_nlink == 1) plan_.give_space(static_cast<std::size_t>(before.st_size));
  return static_cast<int>(done);
}

int DiskRecorder::make_folder(const std::string& path, int folder, const char* full, mode_t mode) {
  std::lock_guard lock(mutex_);
  struct stat now{};
  if (!stat_at(folder, full, now) && fails(Call::create, path)) return -1;
  const long done = kernel(SYS_mkdirat, folder, full, mode);
  if (done == 0 && stat_at(folder, full, now)) record({OpKind::make_folder, now.st_ino, 0, path, {}, {}});
  return static_cast<int>(done);
}

void DiskRecorder::note(std::string text) {
  std::lock_guard lock(mutex_);
  record({OpKind::note, 0, 0, {}, {}, std::move(text)});
}

std::optional<std::uint64_t> DiskRecorder::space_told() {
  std::lock_guard lock(mutex_);
  return plan_.space_told();
}

void note(const std::string& text) {
  if (DiskRecorder* recorder = DiskRecorder::get()) recorder->note(text);
}

}  // namespace hansard::faults

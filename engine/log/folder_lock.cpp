#include "engine/log/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "engine/base/durable_file.h"

namespace hansard::log {

namespace {
int open_folder(const std::string& folder) { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }
}  // namespace

base::Result<FolderLock> FolderLock::take(const std::string& folder) {
  int descriptor = open_folder(folder);
  if (descriptor < 0) return base::system_error("cannot open the data folder", folder);
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return base::system_error("cannot lock the data folder", folder);
  return base::error(base::ErrorCode::in_use,
                     "the data folder " + folder + " is in use by another process; stop that one first");
}

FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace hansard::log

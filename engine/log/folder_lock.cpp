#include "engine/log/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/base/durable_file.h"

namespace hansard::log {

namespace {
int open_folder(const std::string& folder) { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

std::string parent_of(const std::string& folder) {
  std::filesystem::path path(folder);
  if (!path.has_filename()) path = path.parent_path();
  std::string parent = path.parent_path().string();
  return parent.empty() ? "." : parent;
}
// Whoever made the folder that was found may have been killed before he synced its name. A parent that we may not read
// is somebody else's, and so is the folder in it.
base::Result<void> sync_found_folder(const std::string& parent) {
  if (::access(parent.c_str(), R_OK) != 0 && errno == EACCES) return base::success();
  return base::sync_folder(parent);
}
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

base::Result<void> make_folder(const std::string& folder) {
  std::string parent = parent_of(folder);
  if (::mkdir(folder.c_str(), 0700) == 0) return base::sync_folder(parent);
  if (errno == EEXIST) return sync_found_folder(parent);
  if (errno != ENOENT || parent == folder) return base::system_error("cannot create the folder", folder);
  TRY(make_folder(parent));
  // Once, not by recursion: /proc answers ENOENT below a folder that is there.
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return base::system_error("cannot create the folder", folder);
  return base::sync_folder(parent);
}

}  // namespace hansard::log

#include "engine/base/folder_place.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "engine/base/durable_file.h"

namespace hansard::base {

namespace {
Error refused(const std::string& path, const std::string& why) {
  return error(ErrorCode::refused, path + " is " + why);
}

// The root of a mount; a kernel that does not say so shows it by the other device, but of a bind mount.
bool is_mount_point(const std::string& path, dev_t device) {
  struct statx found{};
  const bool is_told = ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &found) == 0 &&
                       (found.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
  if (is_told) return (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  std::error_code problem;
  struct stat above{};
  const auto parent = std::filesystem::absolute(path, problem).parent_path();
  return ::stat(parent.c_str(), &above) == 0 && above.st_dev != device;
}
}  // namespace

Result<Place> place_at(const std::string& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0)
    return errno == ENOENT ? Result<Place>(Place::nothing) : system_error("cannot look at", path);
  if (S_ISLNK(found.st_mode)) return Place::link;
  if (!S_ISDIR(found.st_mode)) return Place::file;
  return is_mount_point(path, found.st_dev) ? Place::mount_point : Place::folder;
}

Result<void> check_place(const std::string& path) {
  TRY(auto place, place_at(path));
  if (place == Place::link) return refused(path, "a link: name a folder that is not there, where the link leads to");
  if (place == Place::file) return refused(path, "there already, and no folder: name one that is not there");
  if (place == Place::mount_point) return refused(path, "a mount point: name a folder in it that is not there");
  return success();
}

}  // namespace hansard::base

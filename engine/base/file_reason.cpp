#include "engine/base/file_reason.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "engine/base/descriptor.h"

namespace hansard::base {

namespace {
std::string reason_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return "it is not there";
  if (error == EACCES || error == EPERM) return "permission denied";
  return std::generic_category().message(error);
}
}  // namespace

std::string why_unreadable(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return reason_of(errno);
  if (S_ISDIR(status.st_mode)) return "it is a folder";
  // A pipe's bytes are for the reader: nothing is opened here.
  if (!S_ISREG(status.st_mode)) return "";
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.value < 0 ? reason_of(errno) : "";
}

bool is_read_once(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace hansard::base

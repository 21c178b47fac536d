#include "engine/proof/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "engine/log/folder_lock.h"

namespace hansard::proof {

using log::system_error;

base::Result<void> replace_file(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error("cannot make", beside);
  const bool is_written =
      ::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(descriptor) == 0;
  const auto failed = system_error("cannot write", beside);
  ::close(descriptor);
  if (!is_written) return failed;
  if (std::rename(beside.c_str(), path.c_str()) != 0) return system_error("cannot put in place", path);
  return log::sync_folder(std::filesystem::path(path).parent_path().string());
}

base::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return std::optional<std::string>();
  if (descriptor < 0) return system_error("cannot read", path);
  std::string bytes(bytes_max + 1, '\0');
  const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
  const auto failed = system_error("cannot read", path);
  ::close(descriptor);
  if (got < 0) return failed;
  if (static_cast<std::size_t>(got) > bytes_max) {
    return base::error(base::ErrorCode::corrupt, path + " is longer than it can be");
  }
  bytes.resize(static_cast<std::size_t>(got));
  return std::optional<std::string>(std::move(bytes));
}

}  // namespace hansard::proof

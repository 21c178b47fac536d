#include "engine/base/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/base/descriptor.h"
#include "engine/base/durable_file.h"

namespace hansard::base {

namespace {
constexpr std::size_t kPieceBytes = 4'096;

// What the file system says; a pipe, or a file that others write to, may have more.
std::size_t size_of(int file) {
  struct stat status{};
  return ::fstat(file, &status) == 0 ? static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) : 0;
}

Result<std::string> read_all(int file, const std::string& path, std::size_t bytes_max) {
  std::string bytes(std::min(size_of(file), bytes_max) + 1, '\0');
  for (std::size_t used = 0;;) {
    if (used > bytes_max) return error(ErrorCode::corrupt, path + " is longer than it can be");
    if (used == bytes.size()) bytes.resize(std::max(kPieceBytes, 2 * used));
    const ssize_t got = ::read(file, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read", path);
    used += static_cast<std::size_t>(got);
    if (got > 0) continue;
    bytes.resize(used);
    return bytes;
  }
}
}  // namespace

Result<std::string> read_whole_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.value < 0 && errno == ENOENT) return error(ErrorCode::not_found, "there is no " + path);
  if (file.value < 0) return system_error("cannot read", path);
  return read_all(file.value, path, bytes_max);
}

Result<std::optional<std::string>> read_file_if_there(const std::string& path, std::size_t bytes_max) {
  auto bytes = read_whole_file(path, bytes_max);
  if (!bytes && bytes.error().code == ErrorCode::not_found) return std::optional<std::string>();
  TRY(auto whole, std::move(bytes));
  return std::optional<std::string>(std::move(whole));
}

}  // namespace hansard::base

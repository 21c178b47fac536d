#include "engine/proof/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "engine/base/durable_file.h"

namespace hansard::proof {

base::Result<std::optional<std::string>> read_file(const std::string& path, std::size_t bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return std::optional<std::string>();
  if (descriptor < 0) return base::system_error("cannot read", path);
  std::string bytes(bytes_max + 1, '\0');
  const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
  const auto failed = base::system_error("cannot read", path);
  ::close(descriptor);
  if (got < 0) return failed;
  if (static_cast<std::size_t>(got) > bytes_max) {
    return base::error(base::ErrorCode::corrupt, path + " is longer than it can be");
  }
  bytes.resize(static_cast<std::size_t>(got));
  return std::optional<std::string>(std::move(bytes));
}

}  // namespace hansard::proof

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "api/base64url.h"
#include "api/demo.h"

namespace hansard::api {
namespace {

base::Error not_written(const std::string& path) {
  return base::error(base::ErrorCode::io, "the demo's secret " + path + " cannot be written: " + std::strerror(errno));
}

bool write_new(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && ::fsync(file) == 0;
  return ::close(file) == 0 && synced;
}

std::string fresh_secret() {
  std::array<std::uint8_t, 32> bytes;
  base::random_bytes(bytes);
  return encode_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) + "\n";
}

}  // namespace

// Whole or not at all: written beside and moved into place.
base::Result<std::string> demo_secret_file(const std::string& data_folder) {
  const std::string path = data_folder + "/demo-secret";
  struct stat ignored{};
  if (::stat(path.c_str(), &ignored) == 0) return path;
  const std::string draft = path + ".new";
  if (!write_new(draft, fresh_secret())) return not_written(draft);
  if (std::rename(draft.c_str(), path.c_str()) != 0) return not_written(path);
  return path;
}

}  // namespace hansard::api

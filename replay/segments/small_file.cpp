#include "replay/segments/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/log/folder_lock.h"

namespace hansard::segments {

using base::Result;

Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max) {
  std::error_code problem;
  const auto size = std::filesystem::file_size(path, problem);
  if (problem == std::errc::no_such_file_or_directory) {
    return base::error(base::ErrorCode::not_found, "there is no " + path);
  }
  if (problem) return base::error(base::ErrorCode::io, "cannot read " + path + ": " + problem.message());
  if (size > bytes_max) return base::error(base::ErrorCode::corrupt, path + " is larger than it can be");
  std::ifstream in(path, std::ios::binary);
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!in || in.gcount() != static_cast<std::streamsize>(size)) return log::system_error("cannot read", path);
  return bytes;
}

Result<void> append_to_file(int file, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return log::system_error("cannot write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fdatasync(file) != 0) return log::system_error("cannot sync", path);
  return base::success();
}

Result<void> write_small_file(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return log::system_error("cannot create", path);
  auto written = append_to_file(file, path, bytes);
  if (::close(file) != 0 && written) return log::system_error("cannot close", path);
  return written;
}

}  // namespace hansard::segments

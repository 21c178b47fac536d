#include "replay/segments/small_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/base/durable_file.h"

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
  if (!in || in.gcount() != static_cast<std::streamsize>(size)) return base::system_error("cannot read", path);
  return bytes;
}

Result<void> append_to_file(int file, const std::string& path, std::string_view bytes) {
  TRY(base::write_all(file, path, bytes));
  if (::fdatasync(file) != 0) return base::system_error("cannot sync", path);
  return base::success();
}

}  // namespace hansard::segments

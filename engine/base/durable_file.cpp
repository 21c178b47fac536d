#include "engine/base/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "engine/base/descriptor.h"

namespace hansard::base {

namespace {
constexpr std::size_t kCopyBytes = 1u << 20;

Result<void> sync_opened(const std::string& path, int flags) {
  const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (file.value < 0) return system_error("cannot open", path);
  if (::fsync(file.value) != 0) return system_error("cannot sync", path);
  return success();
}

Result<void> copy_bytes(int in, const std::string& from, int out, const std::string& to) {
  std::string piece(kCopyBytes, '\0');
  for (;;) {
    const ssize_t got = ::read(in, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read", from);
    if (got == 0) return success();
    TRY(write_all(out, to, std::string_view(piece).substr(0, static_cast<std::size_t>(got))));
  }
}

std::string parent_of(const std::string& folder) {
  std::filesystem::path path(folder);
  if (!path.has_filename()) path = path.parent_path();
  std::string parent = path.parent_path().string();
  return parent.empty() ? "." : parent;
}

// Whoever made the folder that was found may have been killed before he synced its name. A parent that we may not read
// is somebody else's, and so is the folder in it.
Result<void> sync_found_folder(const std::string& parent) {
  if (::access(parent.c_str(), R_OK) != 0 && errno == EACCES) return success();
  return sync_folder(parent);
}
}  // namespace

ErrorCode code_of_errno(int number) {
  return number == ENOSPC || number == EDQUOT ? ErrorCode::disk_full : ErrorCode::io;
}

Error system_error(const std::string& what, const std::string& path) {
  const int number = errno;
  return error(code_of_errno(number), what + " " + path + ": " + std::generic_category().message(number));
}

Error io_error(const std::string& what, const std::error_code& problem) {
  return error(ErrorCode::io, what + ": " + problem.message());
}

Result<void> write_all(int descriptor, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("cannot write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return success();
}

Result<void> write_synced(const std::string& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.value < 0) return system_error("cannot create", path);
  TRY(write_all(file.value, path, bytes));
  if (::fsync(file.value) != 0) return system_error("cannot sync", path);
  return success();
}

Result<void> replace_file(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  TRY(write_synced(beside, bytes));
  if (std::rename(beside.c_str(), path.c_str()) != 0) return system_error("cannot put in place", path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return sync_folder(folder.empty() ? "." : folder);
}

// By hand: the standard library and sendfile do not say which of the two files was in the way.
Result<void> copy_file(const std::string& from, const std::string& to) {
  const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (in.value < 0 && errno == ENOENT) return error(ErrorCode::not_found, "there is no " + from);
  if (in.value < 0 || ::fstat(in.value, &status) != 0) return system_error("cannot open", from);
  const Descriptor out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, status.st_mode & 0777));
  if (out.value < 0) return system_error("cannot create", to);
  TRY(copy_bytes(in.value, from, out.value, to));
  if (::fsync(out.value) != 0) return system_error("cannot sync", to);
  return success();
}

Result<void> link_or_copy(const std::string& from, const std::string& to) {
  std::error_code problem;
  std::filesystem::create_hard_link(from, to, problem);
  return problem ? copy_file(from, to) : success();
}

Result<void> sync_file(const std::string& path) { return sync_opened(path, O_RDONLY); }

Result<void> sync_folder(const std::string& folder) { return sync_opened(folder, O_RDONLY | O_DIRECTORY); }

Result<void> make_folder(const std::string& folder) {
  std::string parent = parent_of(folder);
  if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(parent);
  if (errno == EEXIST) return sync_found_folder(parent);
  if (errno != ENOENT || parent == folder) return system_error("cannot create the folder", folder);
  TRY(make_folder(parent));
  // Once, not by recursion: /proc answers ENOENT below a folder that is there.
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return system_error("cannot create the folder", folder);
  return sync_folder(parent);
}

}  // namespace hansard::base

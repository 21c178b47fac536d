#include "replay/play_cursor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "engine/base/json.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Result;

namespace {
base::Error io_error(const std::string& file) { return base::error(ErrorCode::io, file + ": " + std::strerror(errno)); }

Result<void> write_synced(const std::string& file, const std::string& text) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) return io_error(file);
  const bool is_written = ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool is_synced = is_written && ::fsync(out) == 0;
  if (::close(out) != 0 || !is_synced) return io_error(file);
  return base::success();
}

// So that the new name lasts.
void sync_folder(const std::string& file) {
  const auto parent = std::filesystem::path(file).parent_path();
  const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}
}  // namespace

Result<PlayCursor> PlayCursor::open(std::string file, std::string purpose) {
  PlayCursor cursor;
  cursor.file_ = std::move(file);
  cursor.purpose_ = std::move(purpose);
  if (cursor.file_.empty() || !std::filesystem::exists(cursor.file_)) return cursor;
  std::ifstream in(cursor.file_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  base::JsonParser parser;
  const auto kept = parser.parse(text);
  const auto position = kept ? kept.value().member("position").string() : std::nullopt;
  if (!position) return base::error(ErrorCode::corrupt, cursor.file_ + " is not the cursor of a replay.");
  if (kept.value().member("purpose").string() != cursor.purpose_) {
    return base::error(ErrorCode::refused, cursor.file_ +
                                               " belongs to another replay (other filters or receiver); "
                                               "give another --cursor.");
  }
  cursor.position_ = *position;
  return cursor;
}

Result<void> PlayCursor::store(const std::string& position) {
  if (file_.empty() || position.empty() || position == position_) return base::success();
  std::string text = "{\"position\":\"" + position + "\",\"purpose\":";
  base::append_json_string(text, purpose_);
  text += "}\n";
  const auto beside = file_ + ".new";
  TRY(write_synced(beside, text));
  if (std::rename(beside.c_str(), file_.c_str()) != 0) return io_error(file_);
  sync_folder(file_);
  position_ = position;
  return base::success();
}

}  // namespace hansard::replay

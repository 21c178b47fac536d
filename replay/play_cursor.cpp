#include "replay/play_cursor.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "engine/base/durable_file.h"
#include "engine/base/file_reason.h"
#include "engine/base/json.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Result;

namespace {
namespace fs = std::filesystem;

// It is stored after the first events were sent: what cannot work then is told before.
Result<void> check_place(const std::string& file) {
  std::error_code problem;
  if (fs::is_directory(file, problem)) {
    return base::error(ErrorCode::malformed, file + " is a folder: --cursor names a file, made if it is not there.");
  }
  const std::string parent = fs::path(file).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  if (!fs::is_directory(folder, problem)) {
    return base::error(ErrorCode::malformed,
                       "There is no folder " + folder + " for the file of --cursor: make it first.");
  }
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return base::success();
  return base::error(ErrorCode::malformed, "The file of --cursor cannot be written in " + folder + ": " +
                                               std::generic_category().message(errno) + ".");
}
}  // namespace

Result<PlayCursor> PlayCursor::open(std::string file, std::string purpose) {
  PlayCursor cursor;
  cursor.file_ = std::move(file);
  cursor.purpose_ = std::move(purpose);
  if (cursor.file_.empty()) return cursor;
  TRY(check_place(cursor.file_));
  if (!fs::exists(cursor.file_)) return cursor;
  if (const auto why = base::why_unreadable(cursor.file_); !why.empty()) {
    return base::error(ErrorCode::malformed, "The cursor " + cursor.file_ + " cannot be read: " + why + ".");
  }
  std::ifstream in(cursor.file_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  base::JsonParser parser;
  const auto kept = parser.parse(text);
  const auto position = kept ? kept.value().member("position").string() : std::nullopt;
  if (!position) return base::error(ErrorCode::malformed, cursor.file_ + " is not the cursor of a replay.");
  if (kept.value().member("purpose").string() != cursor.purpose_) {
    return base::error(ErrorCode::malformed, cursor.file_ +
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
  TRY(base::replace_file(file_, text));
  position_ = position;
  return base::success();
}

}  // namespace hansard::replay

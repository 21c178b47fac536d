#include "replay/play_cursor.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "engine/base/durable_file.h"
#include "engine/base/json.h"

namespace hansard::replay {

using base::ErrorCode;
using base::Result;

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

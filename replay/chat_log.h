// A chat log as JSON lines, plain or zstd: what `hansard-replay import` plays and `check` folds. One object a line:
// {"id","channel","ts","type","from","text"?,"to"?,"reply_to"?,"mentions"?} with type message, join, leave, rename or
// notice; `mentions` is [{"user","offset","length"}] in Unicode code points of `text`.
//
// Memory: one line and one decompression window at a time.
// Thread: one at a time. Owns: the open file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::replay {

enum class LineType { message, join, leave, rename, notice };

struct LineMention {
  std::string user;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct ChatLine {
  std::string id;
  std::string channel;
  base::Timestamp time;
  LineType type = LineType::message;
  std::string from;
  std::string to;  // rename: the new name
  std::string text;
  std::string reply_to;  // "" for none
  std::vector<LineMention> mentions;
};

class ChatLog {
 public:
  // `not_found` also for a pipe, in which a second reader finds nothing.
  static base::Result<std::unique_ptr<ChatLog>> open(const std::string& path);
  ~ChatLog();

  // The next line, nothing at the end. `malformed` names the line's number.
  base::Result<std::optional<ChatLine>> next();
  // Of the file as it lies on disk, for a progress bar.
  std::uint64_t bytes_read() const;
  std::uint64_t bytes_total() const;

 private:
  struct Impl;
  explicit ChatLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hansard::replay

// What has come from a peer and was not read yet. Once frames begin, bytes are handed out up to the end of one frame
// and no further, so that whoever reads them (Beast) holds nothing of the next; and a frame that is nothing but a text,
// a ping or a pong can be had here at once, without him.
//
// Thread: one. Limits: holds what it is given; a buffer larger than kKeptBytesMax is given back when it is empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/frame_head.h"

namespace hansard::api {

class ArrivedBytes {
 public:
  static constexpr std::size_t kKeptBytesMax = 16u << 10;

  explicit ArrivedBytes(std::string bytes) : bytes_(std::move(bytes)) {}

  void begin_frames() { has_frames_ = true; }
  void add(std::string_view bytes);
  bool is_empty() const { return used_ == bytes_.size(); }
  // Frees the room where nothing waits to be read.
  void give_back() {
    if (!is_empty()) return;
    std::string().swap(bytes_);
    used_ = 0;
  }
  std::size_t bytes_kept() const { return bytes_.capacity(); }  // room, used or not; for tests

  // What may be read now; "" also where the head of a frame has not all arrived. Valid until the next call.
  std::string_view readable();
  void consume(std::size_t bytes);  // of what was readable

  // The payload of the next frame where that is all here, plain (client_frame_head), valid UTF-8 and no longer than
  // `bytes_max`; nothing otherwise. Valid until the next call.
  std::optional<std::string_view> take_text(std::size_t bytes_max);
  struct Signal {
    bool is_ping;  // or a pong
    std::string_view payload;
  };
  // The same of a ping or a pong.
  std::optional<Signal> take_signal();
  // After both gave nothing: whether one of them would once more has come, as far as is known of the next frame.
  bool is_coming(std::size_t bytes_max) const;

 private:
  std::optional<ClientFrameHead> next_head() const;
  bool is_whole(const ClientFrameHead& head) const;
  std::string_view unmasked(const ClientFrameHead& head);
  void drop_used();

  std::string bytes_;
  std::size_t used_ = 0;
  std::uint64_t frame_left_ = 0;  // of the frame that was begun to be read
  bool has_frames_ = false;
};

}  // namespace hansard::api

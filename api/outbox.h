// What waits to be written to one socket: shared frames, bounded in number and bytes. Events are refused when it is
// full (the session then falls behind and reads the log); answers never are: their number is bounded by what the
// session lets in (limits.commands_in_flight_max).
//
// Invariants: frames leave in the order they came; what `take` handed out counts until `written`.
// Thread: one io thread. One writer waits on `filled`, one catch-up on `drained`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/signal.h"

namespace hansard::api {

// Encoded once, shared by every session it goes to.
using FramePtr = std::shared_ptr<const std::string>;

inline FramePtr make_frame(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

class Outbox {
 public:
  static constexpr std::size_t kRoomBytesMax = 64u << 10;

  Outbox(asio::io_context& io, std::size_t frames_max, std::size_t bytes_max)
      : filled(io), drained(io), frames_max_(frames_max), bytes_max_(bytes_max) {}

  // An event: false when the outbox is full. A frame larger than bytes_max passes an empty outbox.
  [[nodiscard]] bool offer(FramePtr frame) {
    if (frames_ >= frames_max_ || (frames_ > 0 && bytes_ + frame->size() > bytes_max_)) return false;
    push(std::move(frame));
    return true;
  }
  // Typing: left out unless there is plenty of room.
  void offer_droppable(FramePtr frame) {
    if (has_room()) push(std::move(frame));
  }
  // Answers, and frames whose producer waits for `has_room` before it makes more.
  void push(FramePtr frame) {
    ++frames_;
    ++pushed_;
    bytes_ += frame->size();
    waiting_.push_back(std::move(frame));
    filled.notify();
  }

  std::vector<FramePtr> take() { return std::exchange(waiting_, {}); }
  void written(const FramePtr& frame) {
    bool had_room = has_room();
    --frames_;
    bytes_ -= frame->size();
    if (!had_room && has_room()) drained.notify();
  }

  // Asked by whoever makes frames for this socket alone: while it is false, frames would only wait in memory instead of
  // in the log.
  bool has_room() const {
    return frames_ < (frames_max_ + 1) / 2 && bytes_ < std::min((bytes_max_ + 1) / 2, kRoomBytesMax);
  }
  bool is_empty() const { return frames_ == 0; }
  bool has_waiting() const { return !waiting_.empty(); }
  std::size_t frames() const { return frames_; }
  // How many were ever pushed, and how many of those are written.
  std::uint64_t pushed() const { return pushed_; }
  std::uint64_t written() const { return pushed_ - frames_; }
  std::size_t bytes() const { return bytes_; }

  Signal filled;   // something was pushed, or somebody wants the writer to look up
  Signal drained;  // there is room again

 private:
  const std::size_t frames_max_;
  const std::size_t bytes_max_;
  std::vector<FramePtr> waiting_;
  std::uint64_t pushed_ = 0;
  std::size_t frames_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace hansard::api

// Frames: records packed together with zstd, each frame checked and decompressed by itself.
//
// Thread: a packer or unpacker is one thread's.
// Limits: kFrameBytesGoal and kFrameBytesMax (segment_layout.h); nothing is decompressed before its checksum matched
// and its stated size was held against the limit, and never to more than that size.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "replay/segments/segment_bytes.h"

namespace hansard::segments {

inline constexpr int kZstdLevel = 1;  // half of a record is hashes and salts, which no level makes smaller

class FramePacker {
 public:
  FramePacker();
  ~FramePacker();
  // True when the frame is full: take it with pack().
  bool add(Position at, std::string_view record);
  bool empty() const { return head_.records == 0; }
  // The sealed frame; the packer begins the next one.
  Result<std::string> pack();

 private:
  struct Compressor;
  std::unique_ptr<Compressor> compressor_;
  FrameHead head_;
  std::string plain_;
};

class FrameUnpacker {
 public:
  FrameUnpacker();
  ~FrameUnpacker();
  using Sink = std::function<Result<void>(std::string_view record)>;
  // `frame` is whole, head included, and `head` was parsed from it. `corrupt` with what is wrong as a clause; errors of
  // the sink as they are. Records are valid during the call.
  Result<void> unpack(const FrameHead& head, std::string_view frame, const Sink& sink);

 private:
  struct Decompressor;
  std::unique_ptr<Decompressor> decompressor_;
  std::string plain_;
};

}  // namespace hansard::segments

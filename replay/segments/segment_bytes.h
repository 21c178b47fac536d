// The fixed parts of a segment as values: head, frame head, trailer, to bytes and back. Every byte is under a checksum
// or compared, so that no flipped one goes unnoticed.
//
// Thread: any; plain functions.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "replay/segments/segment_layout.h"

namespace hansard::segments {

using base::Position;
using base::Result;

using ClusterId = std::array<std::uint8_t, 16>;

struct SegmentHead {
  ClusterId cluster{};
  std::uint32_t epoch = 0;
  base::PartitionId partition = base::kPartition;
  Position first, last;  // the stretch of the log; a filtered segment has some of its records
  bool operator==(const SegmentHead&) const = default;
};

struct FrameHead {
  std::uint32_t crc = 0;
  std::uint32_t packed_bytes = 0, plain_bytes = 0, records = 0;
  Position first, last;
};

struct SegmentTrailer {
  std::uint64_t frames = 0, records = 0, record_bytes = 0;
  base::Digest root{};
  bool operator==(const SegmentTrailer&) const = default;
};

std::string bytes_of(const SegmentHead& head);
std::string bytes_of(const SegmentTrailer& trailer);
// Writes the head into the first kFrameHeadBytes of `frame`; the compressed bytes stand behind them already.
void seal_frame(std::string& frame, FrameHead head);

// `corrupt` with what is wrong as a clause ("its checksum does not match"), `unsupported` for a newer format. Each
// takes exactly the bytes of its part.
Result<SegmentHead> parse_head(std::string_view bytes);
Result<SegmentTrailer> parse_trailer(std::string_view bytes);
// Limits are checked here, the checksum when the whole frame is there.
Result<FrameHead> parse_frame_head(std::string_view bytes);
Result<void> check_frame(std::string_view frame);

}  // namespace hansard::segments

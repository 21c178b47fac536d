// The parts of a segment file. A frame's checksum is made right here, so that what is behind it is reached: the
// decompressor, and the lengths inside.
#include <string>

#include "replay/segments/frame.h"
#include "replay/segments/segment_bytes.h"
#include "replay/segments/segment_layout.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

namespace {

void unpack_sealed(std::string_view packed) {
  std::string frame(segments::kFrameHeadBytes, '\0');
  frame.append(packed.substr(4));
  segments::FrameHead head;
  head.packed_bytes = static_cast<std::uint32_t>(packed.size() - 4);
  head.plain_bytes =
      static_cast<std::uint32_t>(static_cast<unsigned char>(packed[0]) << 8 | static_cast<unsigned char>(packed[1]));
  head.records = 1u + static_cast<unsigned char>(packed[2]);
  head.first = {1};
  head.last = {head.records};
  segments::seal_frame(frame, head);
  auto parsed = segments::parse_frame_head(std::string_view(frame).substr(0, segments::kFrameHeadBytes));
  if (!parsed) return;
  segments::FrameUnpacker unpacker;
  std::size_t bytes = 0;
  (void)unpacker.unpack(parsed.value(), frame, [&bytes](std::string_view record) {
    bytes += record.size();
    return segments::Result<void>(base::success());
  });
  must(bytes <= head.plain_bytes, "no more bytes come out than the frame's head says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  if (size >= segments::kHeadBytes) (void)segments::parse_head(bytes.substr(0, segments::kHeadBytes));
  if (size >= segments::kTrailerBytes) (void)segments::parse_trailer(bytes.substr(0, segments::kTrailerBytes));
  if (size >= segments::kFrameHeadBytes) {
    (void)segments::parse_frame_head(bytes.substr(0, segments::kFrameHeadBytes));
    (void)segments::check_frame(bytes);
  }
  if (size >= 4) unpack_sealed(bytes);
  return 0;
}

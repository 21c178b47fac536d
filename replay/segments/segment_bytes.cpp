#include "replay/segments/segment_bytes.h"

#include <cstring>

#include "engine/base/check.h"
#include "engine/codec/little_endian.h"

namespace hansard::segments {

namespace {
using codec::load_le;

template <class Int>
void put(std::string& out, std::size_t at, Int value) {
  codec::store_le(out.data() + at, value);
}

std::string begin(std::size_t size, std::string_view magic) {
  std::string out(size, '\0');
  std::memcpy(out.data(), magic.data(), magic.size());
  return out;
}

base::Error damage(std::string what) { return base::error(base::ErrorCode::corrupt, std::move(what)); }

// Magic and checksum of a part that is checked as a whole.
Result<void> check_part(std::string_view bytes, std::string_view magic, std::size_t crc_at) {
  if (bytes.substr(0, magic.size()) != magic) return damage("it does not begin with " + std::string(magic));
  if (load_le<std::uint32_t>(bytes, crc_at) != base::crc32c(bytes.substr(crc_at + 4))) {
    return damage("its checksum does not match");
  }
  return base::success();
}
}  // namespace

std::string bytes_of(const SegmentHead& head) {
  std::string out = begin(kHeadBytes, kHeadMagic);
  put(out, kHeadFormatAt, kSegmentFormat);
  std::memcpy(out.data() + kHeadClusterAt, head.cluster.data(), head.cluster.size());
  put(out, kHeadEpochAt, head.epoch);
  put(out, kHeadPartitionAt, head.partition);
  put(out, kHeadFirstAt, head.first.value);
  put(out, kHeadLastAt, head.last.value);
  put(out, kHeadCrcAt, base::crc32c(std::string_view(out).substr(kHeadCrcFrom)));
  return out;
}

std::string bytes_of(const SegmentTrailer& trailer) {
  std::string out = begin(kTrailerBytes, kTrailerMagic);
  put(out, kTrailerFramesAt, trailer.frames);
  put(out, kTrailerRecordsAt, trailer.records);
  put(out, kTrailerRecordBytesAt, trailer.record_bytes);
  std::memcpy(out.data() + kTrailerRootAt, trailer.root.data(), trailer.root.size());
  put(out, kTrailerCrcAt, base::crc32c(std::string_view(out).substr(kTrailerCrcFrom)));
  return out;
}

Result<SegmentHead> parse_head(std::string_view bytes) {
  CHECK(bytes.size() == kHeadBytes, bytes.size());
  TRY(check_part(bytes, kHeadMagic, kHeadCrcAt));
  const auto format = load_le<std::uint32_t>(bytes, kHeadFormatAt);
  if (format != kSegmentFormat) {
    return base::error(base::ErrorCode::unsupported,
                       "it is of format " + std::to_string(format) + "; use a newer program");
  }
  SegmentHead head;
  std::memcpy(head.cluster.data(), bytes.data() + kHeadClusterAt, head.cluster.size());
  head.epoch = load_le<std::uint32_t>(bytes, kHeadEpochAt);
  head.partition = load_le<std::uint16_t>(bytes, kHeadPartitionAt);
  head.first = {load_le<std::uint64_t>(bytes, kHeadFirstAt)};
  head.last = {load_le<std::uint64_t>(bytes, kHeadLastAt)};
  if (!head.first || head.first > head.last) return damage("its positions make no stretch");
  return head;
}

Result<SegmentTrailer> parse_trailer(std::string_view bytes) {
  CHECK(bytes.size() == kTrailerBytes, bytes.size());
  TRY(check_part(bytes, kTrailerMagic, kTrailerCrcAt));
  SegmentTrailer trailer;
  trailer.frames = load_le<std::uint64_t>(bytes, kTrailerFramesAt);
  trailer.records = load_le<std::uint64_t>(bytes, kTrailerRecordsAt);
  trailer.record_bytes = load_le<std::uint64_t>(bytes, kTrailerRecordBytesAt);
  std::memcpy(trailer.root.data(), bytes.data() + kTrailerRootAt, trailer.root.size());
  return trailer;
}

Result<FrameHead> parse_frame_head(std::string_view bytes) {
  CHECK(bytes.size() == kFrameHeadBytes, bytes.size());
  if (bytes.substr(0, kFrameMagic.size()) != kFrameMagic) return damage("it does not begin with HSGF");
  FrameHead head;
  head.crc = load_le<std::uint32_t>(bytes, kFrameCrcAt);
  head.packed_bytes = load_le<std::uint32_t>(bytes, kFramePackedAt);
  head.plain_bytes = load_le<std::uint32_t>(bytes, kFramePlainAt);
  head.records = load_le<std::uint32_t>(bytes, kFrameRecordsAt);
  head.first = {load_le<std::uint64_t>(bytes, kFrameFirstAt)};
  head.last = {load_le<std::uint64_t>(bytes, kFrameLastAt)};
  if (head.plain_bytes > kFrameBytesMax || head.packed_bytes > kFrameBytesMax + kFrameBytesMax / 128 + 1'024) {
    return damage("it claims more bytes than a frame may have");
  }
  if (head.records == 0 || !head.first || head.first > head.last) return damage("it claims no records");
  return head;
}

Result<void> check_frame(std::string_view frame) {
  if (load_le<std::uint32_t>(frame, kFrameCrcAt) != base::crc32c(frame.substr(kFrameCrcFrom))) {
    return damage("its checksum does not match");
  }
  return base::success();
}

void seal_frame(std::string& frame, FrameHead head) {
  std::memcpy(frame.data(), kFrameMagic.data(), kFrameMagic.size());
  put(frame, kFramePackedAt, head.packed_bytes);
  put(frame, kFramePlainAt, head.plain_bytes);
  put(frame, kFrameRecordsAt, head.records);
  put(frame, kFrameRecordsAt + 4, std::uint32_t{0});
  put(frame, kFrameFirstAt, head.first.value);
  put(frame, kFrameLastAt, head.last.value);
  put(frame, kFrameCrcAt, base::crc32c(std::string_view(frame).substr(kFrameCrcFrom)));
}

}  // namespace hansard::segments

// Where everything stands in a segment file; docs/SEGMENTS.md is the same in prose. These numbers are stored: a change
// is a new format version, never an edit.
//
//   head | frame... | trailer          frame = frame head | one zstd frame of: (length u32, record)...
//
// All integers are little-endian; CRC is CRC32C (RFC 3720 appendix B.4), SHA-256 and the root are those of
// docs/LOG_FORMAT.md and RFC 6962.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hansard::segments {

inline constexpr std::uint32_t kSegmentFormat = 1;
inline constexpr std::string_view kHeadMagic = "HANSARDS";
inline constexpr std::string_view kFrameMagic = "HSGF";
inline constexpr std::string_view kTrailerMagic = "HSGE";

// Head.
inline constexpr std::size_t kHeadCrcAt = 8;  // u32, of bytes 12 to 63
inline constexpr std::size_t kHeadCrcFrom = 12;
inline constexpr std::size_t kHeadFormatAt = 12;     // u32
inline constexpr std::size_t kHeadClusterAt = 16;    // 16 bytes
inline constexpr std::size_t kHeadEpochAt = 32;      // u32
inline constexpr std::size_t kHeadPartitionAt = 36;  // u16, then u16 zero
inline constexpr std::size_t kHeadFirstAt = 40;      // u64: the stretch of the log this segment stands for
inline constexpr std::size_t kHeadLastAt = 48;       // u64, then u64 zero
inline constexpr std::size_t kHeadBytes = 64;

// Frame head.
inline constexpr std::size_t kFrameCrcAt = 4;  // u32, of byte 8 to the end of the frame
inline constexpr std::size_t kFrameCrcFrom = 8;
inline constexpr std::size_t kFramePackedAt = 8;    // u32: bytes that follow the frame head
inline constexpr std::size_t kFramePlainAt = 12;    // u32: bytes they decompress to
inline constexpr std::size_t kFrameRecordsAt = 16;  // u32, then u32 zero
inline constexpr std::size_t kFrameFirstAt = 24;    // u64: position of its first record
inline constexpr std::size_t kFrameLastAt = 32;     // u64: position of its last record
inline constexpr std::size_t kFrameHeadBytes = 40;

// Trailer.
inline constexpr std::size_t kTrailerCrcAt = 4;  // u32, of bytes 8 to 63
inline constexpr std::size_t kTrailerCrcFrom = 8;
inline constexpr std::size_t kTrailerFramesAt = 8;        // u64
inline constexpr std::size_t kTrailerRecordsAt = 16;      // u64
inline constexpr std::size_t kTrailerRecordBytesAt = 24;  // u64: the lengths of all records, summed
inline constexpr std::size_t kTrailerRootAt = 32;         // 32 bytes: RFC 6962 over the leaves of its records in order
inline constexpr std::size_t kTrailerBytes = 64;

// Limits. A frame ends with the record that fills it to kFrameBytesGoal; a record is at most its fixed part and two
// tables (engine/codec/record_layout.h), so nothing a reader is asked to decompress is larger than kFrameBytesMax.
inline constexpr std::size_t kRecordBytesMax = 208 + 2 * (16u << 20);
inline constexpr std::size_t kLengthBytes = 4;
inline constexpr std::size_t kFrameBytesGoal = 1u << 20;
inline constexpr std::size_t kFrameBytesMax = kFrameBytesGoal + kLengthBytes + kRecordBytesMax;

// A whole segment stands for an aligned stretch of 2^16 positions, so that its root is a node of the tree over the
// whole log.
inline constexpr std::uint64_t kPositionsPerSegment = 65'536;

}  // namespace hansard::segments

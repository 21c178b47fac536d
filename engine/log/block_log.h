// RocksDB's format of records in blocks, which its write-ahead logs and its MANIFEST are written in, read without
// RocksDB: by wal_scan.h to see what stands behind a break, and strictly, for verification.
//
// Format (RocksDB 7.8.3, db/log_format.h): 32 KiB blocks of pieces: masked CRC-32C u32, length u16, type u8, and for
// the recyclable types the log number u32; then the payload. A record is one full piece, or first, middle..., last. All
// little-endian. Fewer than seven bytes at the end of a block are padding, which is zero.
//
// Thread: any; plain functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace hansard::log {

inline constexpr std::size_t kBlockBytes = 32'768;
inline constexpr std::size_t kPieceHeaderBytes = 7;

enum class Piece : std::uint8_t { full = 1, first, middle, last };

struct FoundPiece {
  Piece piece;
  std::string_view payload;
  std::size_t next;  // where the next one begins, padding not skipped
};

std::size_t block_end(std::size_t at);
// The start of the next block where what is left of this one is padding.
std::size_t skip_padding(std::size_t at);
// The piece that begins at `at` of the whole file, when there is a whole one with a right CRC.
std::optional<FoundPiece> piece_at(std::string_view bytes, std::size_t at);
// `bytes` as one number; at most eight of them.
std::uint64_t little_endian(std::string_view bytes);

// Every byte of a file that was closed: pieces one after the other to the end, padding of zeros, no record unfinished.
// `record` gets each whole record and where it begins. Answers the place of the first byte that is not so.
using RecordSink = std::function<void(std::size_t at, std::string_view record)>;
std::optional<std::size_t> read_block_log(std::string_view bytes, const RecordSink& record);

}  // namespace hansard::log

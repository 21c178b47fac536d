#include "engine/log/block_log.h"

#include <algorithm>
#include <string>

#include "engine/base/hash.h"

namespace hansard::log {

namespace {
constexpr std::size_t kRecyclableHeaderBytes = 11;
constexpr std::uint32_t kMaskDelta = 0xa282ead8u;

std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + kMaskDelta; }

bool is_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == 0; });
}

// A record being put together.
struct Gathered {
  bool is_begun = false;
  std::size_t at = 0;
  std::string bytes;

  // False: the piece does not follow what was before it.
  bool take(std::size_t piece_begin, const FoundPiece& found) {
    const bool begins = found.piece == Piece::full || found.piece == Piece::first;
    if (begins == is_begun) return false;
    if (begins) {
      at = piece_begin;
      bytes.clear();
    }
    bytes.append(found.payload);
    is_begun = found.piece == Piece::first || found.piece == Piece::middle;
    return true;
  }
};
}  // namespace

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::size_t block_end(std::size_t at) { return (at / kBlockBytes + 1) * kBlockBytes; }

std::size_t skip_padding(std::size_t at) { return block_end(at) - at < kPieceHeaderBytes ? block_end(at) : at; }

std::optional<FoundPiece> piece_at(std::string_view bytes, std::size_t at) {
  const std::size_t end = std::min(block_end(at), bytes.size());
  if (at + kPieceHeaderBytes > end) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(bytes[at + 6]);
  if (type < 1 || type > 8) return std::nullopt;
  const std::size_t header = type > 4 ? kRecyclableHeaderBytes : kPieceHeaderBytes;
  const std::size_t length = little_endian(bytes.substr(at + 4, 2));
  const std::size_t next = at + header + length;
  if (next > end) return std::nullopt;
  if (little_endian(bytes.substr(at, 4)) != masked(base::crc32c(bytes.substr(at + 6, next - at - 6)))) {
    return std::nullopt;
  }
  return FoundPiece{static_cast<Piece>((type - 1) % 4 + 1), bytes.substr(at + header, length), next};
}

std::optional<std::size_t> read_block_log(std::string_view bytes, const RecordSink& record) {
  Gathered gathered;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t begin = skip_padding(at);
    const std::size_t padding_end = std::min(begin, bytes.size());
    if (!is_zero(bytes.substr(at, padding_end - at))) return at;
    at = begin;
    if (at >= bytes.size()) break;
    auto found = piece_at(bytes, at);
    if (!found || !gathered.take(at, *found)) return at;
    if (!gathered.is_begun) record(gathered.at, gathered.bytes);
    at = found->next;
  }
  if (gathered.is_begun) return gathered.at;
  return std::nullopt;
}

}  // namespace hansard::log

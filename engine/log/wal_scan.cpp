#include "engine/log/wal_scan.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <vector>

#include "engine/base/durable_file.h"
#include "engine/log/block_log.h"
#include "engine/log/wal_room.h"

namespace hansard::log {

namespace {
constexpr std::size_t kBatchHeaderBytes = 12;  // sequence u64, count u32

// A log whose pieces are looked for behind broken ones.
class Pieces {
 public:
  explicit Pieces(std::string_view bytes) : bytes_(bytes), zeros_begin_(bytes.find_last_not_of('\0') + 1) {}

  // Nothing but zeros from `at` on, and no more of them than there may be. A record before it may end in zeros, too.
  bool is_room(std::size_t at) const { return at >= zeros_begin_ && bytes_.size() - at <= kRoomBytes; }

  // The next place from `at` on where pieces can be read again, or the end.
  std::size_t find(std::size_t at) const {
    for (; at < bytes_.size(); ++at) {
      if (piece_at(bytes_, at) && (at % kBlockBytes == 0 || is_believable(at))) return at;
    }
    return at;
  }

 private:
  // A piece found by searching inside a block is believed only when pieces follow each other from it to the end of the
  // block, of the file, or to its room: a message may contain bytes that look like a piece. (One that ends in such
  // bytes and zeros is mistaken for one where a power cut tore the front of just its record; then the start is
  // refused.) At the start of a block nobody's bytes can be.
  bool is_believable(std::size_t at) const {
    const std::size_t end = std::min(block_end(at), bytes_.size());
    while (at < end && skip_padding(at) < end) {
      auto found = piece_at(bytes_, at);
      if (!found) return is_room(at);
      at = found->next;
    }
    return true;
  }

  const std::string_view bytes_;
  const std::size_t zeros_begin_;
};

// Puts pieces together and remembers the sequence numbers of records.
class Records {
 public:
  void take(const FoundPiece& found) {
    const bool begins = found.piece == Piece::full || found.piece == Piece::first;
    if (begins) {
      begin();
    } else if (!is_begun_) {
      return broken();  // the rest of a record whose beginning is lost
    }
    head_.append(found.payload.substr(0, kBatchHeaderBytes - std::min(kBatchHeaderBytes, head_.size())));
    if (begins && findings_.has_broken_bytes && head_.size() >= 8) {
      raise(findings_.sequence_after_broken, sequence());
    }
    if (found.piece == Piece::full || found.piece == Piece::last) finish();
  }

  void broken() {
    findings_.has_broken_bytes = true;
    is_begun_ = false;
  }

  WalFindings findings() {
    if (is_begun_) findings_.has_broken_bytes = true;  // and not finished
    return findings_;
  }

 private:
  void begin() {
    if (is_begun_) broken();
    is_begun_ = true;
    head_.clear();
  }

  void finish() {
    if (head_.size() < kBatchHeaderBytes) return broken();
    const std::uint64_t count = little_endian(std::string_view(head_).substr(8, 4));
    if (count > 0) raise(findings_.last_sequence, sequence() + count - 1);
    if (findings_.first_sequence == 0) findings_.first_sequence = sequence();
    is_begun_ = false;
  }

  std::uint64_t sequence() const { return little_endian(std::string_view(head_).substr(0, 8)); }
  static void raise(std::uint64_t& highest, std::uint64_t value) { highest = std::max(highest, value); }

  WalFindings findings_;
  bool is_begun_ = false;
  std::string head_;  // the first bytes of the record being put together
};

base::Result<std::string> file_content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(std::filesystem::file_size(path), '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file) return base::system_error("cannot read", path.string());
  return content;
}
}  // namespace

WalFindings scan_wal(std::string_view bytes) {
  const Pieces pieces(bytes);
  Records records;
  std::size_t at = 0;
  while ((at = skip_padding(at)) < bytes.size()) {
    if (auto found = piece_at(bytes, at)) {
      records.take(*found);
      at = found->next;
    } else if (pieces.is_room(at)) {
      break;
    } else {
      records.broken();
      at = pieces.find(at + 1);
    }
  }
  WalFindings findings = records.findings();
  findings.room_begin = at;
  return findings;
}

base::Result<WalTail> judge_wal(const std::string& folder, std::uint64_t recovered_sequence) {
  std::error_code problem;
  WalTail tail = WalTail::clean;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    if (entry.path().extension() != ".log") continue;
    TRY(auto content, file_content(entry.path()));
    WalFindings found = scan_wal(content);
    if (std::max(found.last_sequence, found.sequence_after_broken) > recovered_sequence) return WalTail::damaged;
    if (found.has_broken_bytes) tail = WalTail::torn;
  }
  if (problem) return base::error(base::ErrorCode::io, "cannot list " + folder + ": " + problem.message());
  return tail;
}

}  // namespace hansard::log

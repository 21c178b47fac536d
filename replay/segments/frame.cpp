#include "replay/segments/frame.h"

#include <utility>

#include <zstd.h>

#include "engine/base/check.h"

namespace hansard::segments {

namespace {
base::Error damage(std::string what) { return base::error(base::ErrorCode::corrupt, std::move(what)); }

void append_length(std::string& out, std::size_t length) {
  for (std::size_t i = 0; i < kLengthBytes; ++i) out.push_back(static_cast<char>(length >> (8 * i)));
}

std::size_t take_length(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | static_cast<std::uint8_t>(bytes[i]);
  return length;
}

Result<void> give_records(std::string_view plain, std::uint32_t records, const FrameUnpacker::Sink& sink) {
  for (std::uint32_t i = 0; i < records; ++i) {
    if (plain.size() < kLengthBytes) return damage("a record is missing at its end");
    const std::size_t length = take_length(plain);
    plain.remove_prefix(kLengthBytes);
    if (length > plain.size()) return damage("a record reaches beyond its end");
    TRY(sink(plain.substr(0, length)));
    plain.remove_prefix(length);
  }
  if (!plain.empty()) return damage("there are bytes behind its last record");
  return base::success();
}
}  // namespace

struct FramePacker::Compressor {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ~Compressor() { ZSTD_freeCCtx(context); }
};

FramePacker::FramePacker() : compressor_(std::make_unique<Compressor>()) { CHECK(compressor_->context != nullptr); }
FramePacker::~FramePacker() = default;

bool FramePacker::add(Position at, std::string_view record) {
  CHECK(record.size() <= kRecordBytesMax, record.size());
  if (empty()) head_.first = at;
  head_.last = at;
  ++head_.records;
  append_length(plain_, record.size());
  plain_.append(record);
  return plain_.size() >= kFrameBytesGoal;
}

Result<std::string> FramePacker::pack() {
  std::string frame(kFrameHeadBytes + ZSTD_compressBound(plain_.size()), '\0');
  const std::size_t packed =
      ZSTD_compressCCtx(compressor_->context, frame.data() + kFrameHeadBytes, frame.size() - kFrameHeadBytes,
                        plain_.data(), plain_.size(), kZstdLevel);
  if (ZSTD_isError(packed) != 0) {
    return base::error(base::ErrorCode::io, std::string("cannot compress: ") + ZSTD_getErrorName(packed));
  }
  frame.resize(kFrameHeadBytes + packed);
  head_.packed_bytes = static_cast<std::uint32_t>(packed);
  head_.plain_bytes = static_cast<std::uint32_t>(plain_.size());
  seal_frame(frame, std::exchange(head_, {}));
  plain_.clear();
  return frame;
}

struct FrameUnpacker::Decompressor {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ~Decompressor() { ZSTD_freeDCtx(context); }
};

FrameUnpacker::FrameUnpacker() : decompressor_(std::make_unique<Decompressor>()) {
  CHECK(decompressor_->context != nullptr);
}
FrameUnpacker::~FrameUnpacker() = default;

Result<void> FrameUnpacker::unpack(const FrameHead& head, std::string_view frame, const Sink& sink) {
  TRY(check_frame(frame));
  const std::string_view packed = frame.substr(kFrameHeadBytes);
  // The one zstd frame must say the size it decompresses to, and be all there is.
  if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != head.plain_bytes ||
      ZSTD_findFrameCompressedSize(packed.data(), packed.size()) != packed.size()) {
    return damage("its compressed size is not what it claims");
  }
  plain_.resize(head.plain_bytes);
  const std::size_t plain =
      ZSTD_decompressDCtx(decompressor_->context, plain_.data(), plain_.size(), packed.data(), packed.size());
  if (ZSTD_isError(plain) != 0 || plain != head.plain_bytes) return damage("it cannot be decompressed");
  return give_records(plain_, head.records, sink);
}

}  // namespace hansard::segments

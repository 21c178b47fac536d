#include "api/arrived_bytes.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/base/utf8.h"

namespace hansard::api {

namespace {
// Masking is its own inverse (RFC 6455 section 5.3).
void toggle_mask(char* at, std::size_t size, const std::array<char, 4>& mask) {
  std::uint64_t twice;
  std::memcpy(&twice, mask.data(), 4);
  std::memcpy(reinterpret_cast<char*>(&twice) + 4, mask.data(), 4);
  for (; size >= sizeof twice; size -= sizeof twice, at += sizeof twice) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    word ^= twice;
    std::memcpy(at, &word, sizeof word);
  }
  for (std::size_t i = 0; i < size; ++i) at[i] = static_cast<char>(at[i] ^ mask[i % 4]);
}
}  // namespace

void ArrivedBytes::add(std::string_view bytes) {
  drop_used();
  bytes_.append(bytes);
}

std::string_view ArrivedBytes::readable() {
  std::string_view rest = std::string_view(bytes_).substr(used_);
  if (!has_frames_) return rest;
  if (frame_left_ == 0) {
    const auto head = client_frame_head(rest);
    if (!head) return {};
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    frame_left_ = head->bytes + std::min(head->payload_bytes, kMost - head->bytes);
  }
  return rest.substr(0, frame_left_);
}

void ArrivedBytes::consume(std::size_t bytes) {
  used_ += bytes;
  if (has_frames_) frame_left_ -= bytes;
  if (is_empty()) drop_used();
}

std::optional<std::string_view> ArrivedBytes::take_text(std::size_t bytes_max) {
  if (is_empty()) drop_used();
  if (frame_left_ != 0) return std::nullopt;
  const auto head = head_at(used_);
  if (!head || !head->is_plain || head->payload_bytes > bytes_max || !is_whole(*head, used_)) return std::nullopt;
  const std::size_t size = head->payload_bytes, start = used_ + head->bytes;
  char* payload = bytes_.data() + start;
  toggle_mask(payload, size, head->mask);
  if (!base::is_valid_utf8({payload, size})) {
    toggle_mask(payload, size, head->mask);  // as it came, for Beast to refuse
    return std::nullopt;
  }
  used_ = start + size;
  return std::string_view(payload, size);
}

bool ArrivedBytes::is_text_coming(std::size_t bytes_max) const {
  if (frame_left_ != 0) return false;
  const auto head = head_at(used_);
  return !head || (head->is_plain && head->payload_bytes <= bytes_max && !is_whole(*head, used_));
}

// Pings and pongs are stepped over: Beast reads on behind them by himself.
bool ArrivedBytes::is_end_next(std::size_t bytes_max) const {
  std::size_t at = used_;
  auto head = frame_left_ == 0 ? head_at(at) : std::nullopt;
  // A text that is plain and all here was not taken since it is no UTF-8.
  if (head && head->is_plain) return head->payload_bytes > bytes_max || is_whole(*head, at);
  while (head && head->is_signal && is_whole(*head, at)) {
    at += head->bytes + head->payload_bytes;
    head = head_at(at);
  }
  return head && (head->is_close || head->breaks_protocol || (at == used_ && head->payload_bytes > bytes_max));
}

std::optional<ClientFrameHead> ArrivedBytes::head_at(std::size_t at) const {
  return client_frame_head(std::string_view(bytes_).substr(at));
}

bool ArrivedBytes::is_whole(const ClientFrameHead& head, std::size_t at) const {
  return bytes_.size() - at - head.bytes >= head.payload_bytes;
}

void ArrivedBytes::drop_used() {
  bytes_.erase(0, std::exchange(used_, 0));
  if (bytes_.empty() && bytes_.capacity() > kKeptBytesMax) bytes_ = {};
}

}  // namespace hansard::api

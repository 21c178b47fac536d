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
  const auto head = next_head();
  if (!head || !head->is_plain || head->payload_bytes > bytes_max || !is_whole(*head)) return std::nullopt;
  const std::string_view text = unmasked(*head);
  if (!base::is_valid_utf8(text)) {
    unmasked(*head);  // as it came, for Beast to refuse
    return std::nullopt;
  }
  used_ += head->bytes + text.size();
  return text;
}

std::optional<ArrivedBytes::Signal> ArrivedBytes::take_signal() {
  const auto head = next_head();
  if (!head || !(head->is_ping || head->is_pong) || !is_whole(*head)) return std::nullopt;
  const std::string_view payload = unmasked(*head);
  used_ += head->bytes + payload.size();
  return Signal{head->is_ping, payload};
}

bool ArrivedBytes::is_coming(std::size_t bytes_max) const {
  if (frame_left_ != 0) return false;
  const auto head = next_head();
  if (!head) return true;
  const bool is_wanted = head->is_ping || head->is_pong || (head->is_plain && head->payload_bytes <= bytes_max);
  return is_wanted && !is_whole(*head);
}

std::optional<ClientFrameHead> ArrivedBytes::next_head() const {
  if (frame_left_ != 0) return std::nullopt;
  return client_frame_head(std::string_view(bytes_).substr(used_));
}

bool ArrivedBytes::is_whole(const ClientFrameHead& head) const {
  return bytes_.size() - used_ - head.bytes >= head.payload_bytes;
}

// In its place; done again it is masked as it came.
std::string_view ArrivedBytes::unmasked(const ClientFrameHead& head) {
  char* payload = bytes_.data() + used_ + head.bytes;
  toggle_mask(payload, head.payload_bytes, head.mask);
  return {payload, head.payload_bytes};
}

void ArrivedBytes::drop_used() {
  bytes_.erase(0, std::exchange(used_, 0));
  if (bytes_.empty() && bytes_.capacity() > kKeptBytesMax) std::string().swap(bytes_);
}

}  // namespace hansard::api

// Heads of WebSocket frames (RFC 6455 section 5.2): the one in front of a whole text frame of ours, and what a client's
// says, as far as one frame tells. What control frames and fragments mean is Beast's.
//
// Thread: any; plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hansard::api {

// Of a text frame that is a whole message, unmasked, as servers send them.
class TextFrameHead {
 public:
  explicit TextFrameHead(std::uint64_t payload_bytes);
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 10> bytes_{};
  std::size_t size_;
};

struct ClientFrameHead {
  std::size_t bytes = 0;  // of the head
  std::uint64_t payload_bytes = 0;
  bool is_plain = false;  // a whole message of text, masked, its length in the shortest form
  bool is_close = false;
  bool is_signal = false;        // a ping or a pong, sound
  bool breaks_protocol = false;  // if it begins a message or is a control frame (sections 5.1, 5.2 and 5.5)
  std::array<char, 4> mask{};    // where the frame is masked
};

// Nothing: the head has not all arrived.
std::optional<ClientFrameHead> client_frame_head(std::string_view arrived);

}  // namespace hansard::api

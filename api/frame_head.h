// Heads of WebSocket frames (RFC 6455 section 5.2): those in front of a whole text or a pong of ours, and what a
// client's says. Fragments, closes and what breaks the protocol are Beast's.
//
// Thread: any; plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hansard::api {

// Of a whole frame, unmasked, as servers send them.
class ServerFrameHead {
 public:
  enum class Kind : std::uint8_t { text = 0x81, pong = 0x8A };
  ServerFrameHead(Kind kind, std::uint64_t payload_bytes);
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 10> bytes_{};
  std::size_t size_;
};

struct ClientFrameHead {
  std::size_t bytes = 0;  // of the head
  std::uint64_t payload_bytes = 0;
  bool is_plain = false;                  // a whole message of text, masked, its length in the shortest form
  bool is_ping = false, is_pong = false;  // as they should be (section 5.5)
  std::array<char, 4> mask{};             // where the frame is masked
};

// Nothing: the head has not all arrived.
std::optional<ClientFrameHead> client_frame_head(std::string_view arrived);

}  // namespace hansard::api

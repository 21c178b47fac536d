// A WebSocket client that sends text frames: one connection, blocking. What the peer sends is read
// between frames and thrown away, so that neither side fills up.
//
// Thread: one at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::replay {

class ClientSocket {
 public:
  // ws://HOST[:PORT][/PATH] or wss://…, whose certificate is checked. `io` when nobody is there.
  static base::Result<ClientSocket> open(const std::string& url);
  ~ClientSocket();
  ClientSocket(ClientSocket&&) noexcept;

  // Handed to the kernel; a WebSocket has no acknowledgement of its own.
  base::Result<void> send(std::string_view text);

 private:
  struct Connection;
  explicit ClientSocket(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace hansard::replay

// A WebSocket client that sends text frames: one connection, blocking. What the peer sends is read
// between frames and thrown away, so that neither side fills up.
//
// Thread: one at a time; `stop` is called on it. Limits: kRequestLimit (client.h) for opening, for each frame and for
// the close.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "replay/client.h"

namespace hansard::replay {

class ClientSocket {
 public:
  // ws://HOST[:PORT][/PATH] or wss://…, whose certificate is checked. `io` when nobody is there.
  static base::Result<ClientSocket> open(const std::string& url, Stop stop);
  ~ClientSocket();
  ClientSocket(ClientSocket&&) noexcept;

  // Handed to the kernel; a WebSocket has no acknowledgement of its own.
  base::Result<void> send(std::string_view text);
  // The closing handshake (RFC 6455 section 7): a peer that answers our close with its own, status 1000, has read every
  // frame before it. Anything else is `io`, and says nothing of what was read. Nothing can be sent afterwards.
  base::Result<void> close();

 private:
  struct Connection;
  explicit ClientSocket(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace hansard::replay

// Opening a WebSocket: what the HTTP session hands over once the handshake may succeed (API.md section 5).
//
// Thread: the io thread it belongs to.
#pragma once

#include <optional>
#include <string>

#include "api/auth.h"
#include "api/connections.h"
#include "api/http_types.h"
#include "api/io_thread.h"
#include "api/peer_socket.h"
#include "api/presence.h"
#include "api/problem.h"
#include "api/user_counts.h"

namespace hansard::api {

// Who may open a socket, decided before the upgrade. Without an identity a first `auth` frame has to bring it.
struct Admission {
  std::optional<Identity> identity;
  UserCounts::Slot slot;                             // of the identity
  std::optional<std::string> resume;                 // ?resume=
  PresenceStatus presence = PresenceStatus::online;  // ?presence=
  std::string peer;                                  // address without port
};

// Origin, parameters, token and the number of the user's sockets: 400, 401, 403, 429.
Answered<Admission> admit_socket(IoThread& thread, const Request& request);

// Answers 101 and runs as a task of the io thread's group until the socket closes. `arrived` came behind the head.
void start_ws_session(IoThread& thread, PeerSocket socket, ConnectionSlot connection, const Request& request,
                      Admission admission, std::string arrived);

}  // namespace hansard::api

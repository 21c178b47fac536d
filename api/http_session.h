// One HTTP/1.1 connection: read a head, check it (request_check.h), read the body, answer, in a loop; pipelined
// requests are answered in order, each with one write. A WebSocket upgrade ends it and hands the socket on.
//
// Thread: the io thread it belongs to.
// Owns: the socket, until it becomes a WebSocket's.
// Limits: of a request see request_check.h; header, body, keep-alive and write timeouts by the watchdog
// (connections.h). An idle connection keeps no buffer.
#pragma once

#include "api/connections.h"
#include "api/io_thread.h"
#include "api/peer_socket.h"

namespace hansard::api {

// Runs as a task of the io thread's group.
void start_http_session(IoThread& thread, PeerSocket socket, ConnectionSlot slot);

}  // namespace hansard::api

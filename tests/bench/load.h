// The load generator: one thread, one epoll, raw sockets, so that the figures are the server's. A connection speaks
// WebSocket (RFC 6455, masked with a zero key) or keep-alive HTTP/1.1 and hands every text frame or response body on.
//
// Thread: one. Owns its sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hansard::bench {

std::uint64_t now_ns();

class Load;

class Connection {
 public:
  using OnMessage = std::function<void(Connection&, std::string_view)>;

  ~Connection();
  // Queues a text frame (WebSocket) or the bytes of a request (HTTP); written at the loop's next turn.
  void send(std::string_view payload);

  std::size_t index = 0;  // the caller's own
  std::uint64_t sent = 0, received = 0;
  std::vector<std::uint64_t> sent_at;  // the caller's own: by request number

 private:
  friend class Load;
  void read_some();
  void write_some();
  bool take_frame();
  bool take_response();

  int fd_ = -1;
  bool websocket_ = false;
  bool queued_ = false;
  Load* load_ = nullptr;
  OnMessage on_message_;
  std::string in_, out_;
  std::size_t in_at_ = 0, out_at_ = 0;
  std::string partial_;  // of a fragmented frame
};

class Load {
 public:
  explicit Load(std::uint16_t port);
  ~Load();
  Connection& open_websocket(const std::string& token, Connection::OnMessage on_message, std::string_view source = "");
  Connection& open_http(Connection::OnMessage on_message);
  // Runs the loop until `until` (now_ns) or `done` says so; `tick` runs each turn.
  void run(std::uint64_t until, const std::function<bool()>& done = {}, const std::function<void()>& tick = {});
  std::size_t size() const { return connections_.size(); }
  Connection& at(std::size_t i) { return *connections_[i]; }

 private:
  friend class Connection;
  int connect_socket(std::string_view source);
  Connection& add(int fd, bool websocket, Connection::OnMessage on_message);
  void flush();

  std::uint16_t port_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> to_flush_;
};

}  // namespace hansard::bench

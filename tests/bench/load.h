// The load generator: one thread, one epoll, raw sockets, so that the figures are the server's. A connection speaks
// WebSocket (RFC 6455, masked with a zero key) or keep-alive HTTP/1.1 and hands every text frame or response body on.
//
// What goes wrong on a connection ends the run, unless the connection has an `on_closed`: then it is told, and the run
// goes on.
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
  using OnClosed = std::function<void(Connection&, std::string_view why)>;

  ~Connection();
  // Queues a text frame (WebSocket) or the bytes of a request (HTTP); written at the loop's next turn.
  void send(std::string_view payload);
  // Queues bytes as they are.
  void send_raw(std::string_view bytes);
  // Takes nothing from the kernel any more.
  void stop_reading();
  void go_on_reading();
  // Takes at most so many bytes now, also while it has stopped reading.
  void sip(std::size_t bytes);
  // Resets the connection at once; on_closed is not called.
  void cut();
  bool is_open() const { return stage_ == Stage::open; }
  bool is_closed() const { return stage_ == Stage::closed; }
  // Of the response at hand (HTTP).
  int status() const { return status_; }
  std::string_view head() const { return head_; }

  std::size_t index = 0;  // the caller's own
  std::uint64_t sent = 0, received = 0;
  std::vector<std::uint64_t> sent_at;  // the caller's own: by request number

 private:
  friend class Load;
  enum class Stage { closed, connecting, handshake, open };
  static constexpr std::size_t kReadBytes = 256u << 10;

  void on_ready(std::uint32_t events);
  void on_connected();
  void read_some(std::size_t bytes_max = kReadBytes);
  void write_some();
  void take_all();
  bool take_handshake();
  bool take_frame();
  void take_control(int opcode, std::string_view payload);
  bool take_response();
  void append_frame(std::string_view payload);
  void queue();
  void watch(bool for_room);
  void close(std::string_view why);
  void close_socket();

  int fd_ = -1;
  bool websocket_ = false, queued_ = false, reads_ = true, awaits_room_ = false;
  Stage stage_ = Stage::closed;
  int status_ = 0;
  Load* load_ = nullptr;
  OnMessage on_message_;
  OnClosed on_closed_;
  std::string source_, request_;  // address to come from; the handshake
  std::string in_, out_, head_;
  std::size_t in_at_ = 0, out_at_ = 0;
  std::string partial_;  // of a fragmented frame
};

class Load {
 public:
  explicit Load(std::uint16_t port);
  ~Load();
  // Waits until the handshake is answered.
  Connection& open_websocket(const std::string& token, Connection::OnMessage on_message, std::string_view source = "");
  Connection& open_http(Connection::OnMessage on_message);
  // Connect when `connect` says so; `on_closed` is told of every failure from then on.
  Connection& add_websocket(Connection::OnMessage on_message, Connection::OnClosed on_closed, std::string source = "");
  Connection& add_http(Connection::OnMessage on_message, Connection::OnClosed on_closed, std::string source = "");
  // Connections made from now on look like those of far away phones: segments of 1,448 bytes, and `bytes` that the
  // kernel takes for an application that does not read.
  void set_receive_bytes(int bytes) { receive_bytes_ = bytes; }
  // Begins to connect without waiting, also again after a close. `target`: "/ws" and its query (WebSocket only).
  void connect(Connection& connection, const std::string& token = "", const std::string& target = "/ws");
  // Runs the loop until `until` (now_ns) or `done` says so; `tick` runs each turn, every 100 us at the
  // least: the generator sleeps in between, for it shares the processor with the server it measures.
  void run(std::uint64_t until, const std::function<bool()>& done = {}, const std::function<void()>& tick = {});
  std::size_t size() const { return connections_.size(); }
  Connection& at(std::size_t i) { return *connections_[i]; }

 private:
  friend class Connection;
  Connection& add(bool websocket, Connection::OnMessage on_message, Connection::OnClosed on_closed, std::string source);
  void open(Connection& connection);
  void flush();

  std::uint16_t port_;
  int epoll_ = -1;
  int receive_bytes_ = 0;  // 0: the kernel's default
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> to_flush_;
};

}  // namespace hansard::bench

#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace hansard::bench {

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

sockaddr_in address_of(std::string_view host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, std::string(host).c_str(), &address.sin_addr);
  return address;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Reads the handshake's answer; what follows the head is kept.
std::string read_head(int fd) {
  std::string bytes;
  char block[4096];
  while (bytes.find("\r\n\r\n") == std::string::npos) {
    auto got = ::recv(fd, block, sizeof block, 0);
    if (got <= 0) fail("the handshake was not answered");
    bytes.append(block, static_cast<std::size_t>(got));
  }
  if (!bytes.starts_with("HTTP/1.1 101")) throw std::runtime_error("handshake refused: " + bytes.substr(0, 300));
  return bytes.substr(bytes.find("\r\n\r\n") + 4);
}

void append_frame(std::string& out, std::string_view payload) {
  out += static_cast<char>(0x81);
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xFF);
  }
  out.append(4, '\0');
  out += payload;
}

}  // namespace

Connection::~Connection() {
  if (fd_ >= 0) ::close(fd_);
}

void Connection::send(std::string_view payload) {
  ++sent;
  if (websocket_) {
    append_frame(out_, payload);
  } else {
    out_ += payload;
  }
  if (!std::exchange(queued_, true)) load_->to_flush_.push_back(this);
}

void Connection::write_some() {
  queued_ = false;
  while (out_at_ < out_.size()) {
    auto written = ::send(fd_, out_.data() + out_at_, out_.size() - out_at_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0) {
      if (errno != EAGAIN) fail("send");
      if (!std::exchange(queued_, true)) load_->to_flush_.push_back(this);
      return;
    }
    out_at_ += static_cast<std::size_t>(written);
  }
  out_.clear();
  out_at_ = 0;
}

void Connection::read_some() {
  static char block[256 * 1024];
  auto got = ::recv(fd_, block, sizeof block, MSG_DONTWAIT);
  if (got == 0) throw std::runtime_error("the server closed a connection");
  if (got < 0) {
    if (errno == EAGAIN) return;
    fail("recv");
  }
  in_.append(block, static_cast<std::size_t>(got));
  while (websocket_ ? take_frame() : take_response()) {
  }
  in_.erase(0, in_at_);
  in_at_ = 0;
}

bool Connection::take_frame() {
  auto rest = std::string_view(in_).substr(in_at_);
  if (rest.size() < 2) return false;
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  std::size_t head = 2, length = byte(1) & 0x7F;
  std::size_t wide = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (rest.size() < head + wide) return false;
  if (wide > 0) length = 0;
  for (std::size_t i = 0; i < wide; ++i) length = length << 8 | byte(head + i);
  head += wide;
  if (rest.size() < head + length) return false;
  auto payload = rest.substr(head, length);
  in_at_ += head + length;
  int opcode = byte(0) & 0x0F;
  if (opcode == 8) throw std::runtime_error("the server closed a WebSocket: " + std::string(payload.substr(2)));
  if (opcode == 9) {
    out_ += std::string({static_cast<char>(0x8A), static_cast<char>(0x80 | length), 0, 0, 0, 0});
    out_ += payload;
    if (!std::exchange(queued_, true)) load_->to_flush_.push_back(this);
    return true;
  }
  bool final = byte(0) & 0x80;
  if (!final || !partial_.empty()) partial_ += payload;
  if (!final) return true;
  ++received;
  if (partial_.empty()) {
    on_message_(*this, payload);
  } else {
    auto whole = std::exchange(partial_, {});
    on_message_(*this, whole);
  }
  return true;
}

bool Connection::take_response() {
  auto rest = std::string_view(in_).substr(in_at_);
  auto head = rest.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  auto field = rest.find("Content-Length: ");
  if (field == std::string_view::npos || field > head) throw std::runtime_error("a response without Content-Length");
  std::size_t length = std::strtoul(rest.data() + field + 16, nullptr, 10);
  if (rest.size() < head + 4 + length) return false;
  if (!rest.starts_with("HTTP/1.1 2")) throw std::runtime_error("refused: " + std::string(rest.substr(0, 600)));
  in_at_ += head + 4 + length;
  ++received;
  on_message_(*this, rest.substr(head + 4, length));
  return true;
}

Load::Load(std::uint16_t port) : port_(port), epoll_(epoll_create1(0)) {}
Load::~Load() {
  connections_.clear();
  ::close(epoll_);
}

int Load::connect_socket(std::string_view source) {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) fail("socket");
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!source.empty()) {
    auto from = address_of(source, 0);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) fail("bind");
  }
  auto to = address_of("127.0.0.1", port_);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("connect");
  return fd;
}

Connection& Load::add(int fd, bool websocket, Connection::OnMessage on_message) {
  auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
  connection.fd_ = fd;
  connection.websocket_ = websocket;
  connection.load_ = this;
  connection.on_message_ = std::move(on_message);
  connection.index = connections_.size() - 1;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  return connection;
}

Connection& Load::open_websocket(const std::string& token, Connection::OnMessage on_message, std::string_view source) {
  int fd = connect_socket(source);
  write_all(fd,
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " +
                token + "\r\n\r\n");
  auto rest = read_head(fd);
  auto& connection = add(fd, true, std::move(on_message));
  connection.in_ = rest;
  return connection;
}

Connection& Load::open_http(Connection::OnMessage on_message) {
  return add(connect_socket(""), false, std::move(on_message));
}

void Load::flush() {
  auto now = std::exchange(to_flush_, {});
  for (auto* connection : now) connection->write_some();
}

void Load::run(std::uint64_t until, const std::function<bool()>& done, const std::function<void()>& tick) {
  epoll_event events[256];
  while (now_ns() < until && !(done && done())) {
    if (tick) tick();
    flush();
    int wait_ms = tick || !to_flush_.empty() ? 0 : 1;
    int count = epoll_wait(epoll_, events, 256, wait_ms);
    for (int i = 0; i < count; ++i) static_cast<Connection*>(events[i].data.ptr)->read_some();
  }
}

}  // namespace hansard::bench

#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
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

constexpr std::uint64_t kConnectNs = 10'000'000'000;
constexpr long kTickNs = 100'000, kTurnNs = 1'000'000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

int begin_connect(const std::string& source, std::uint16_t port, int receive_bytes) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_bytes > 0) {
    const int segment_bytes = 1'448;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    ::setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment_bytes, sizeof segment_bytes);
  }
  if (!source.empty()) {
    // The port is chosen by connect, so that one source serves many destinations.
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    auto from = address_of(source, 0);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0) fail("bind");
  }
  auto to = address_of("127.0.0.1", port);
  bool begun = ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 || errno == EINPROGRESS;
  if (!begun) fail("connect");
  return fd;
}

std::string handshake_request(const std::string& token, const std::string& target) {
  return "GET " + target +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " +
         token + "\r\n\r\n";
}

}  // namespace

// Short waits end when they are over, not up to 50 us later.
Load::Load(std::uint16_t port) : port_(port), epoll_(epoll_create1(EPOLL_CLOEXEC)) { ::prctl(PR_SET_TIMERSLACK, 1UL); }
Load::~Load() {
  connections_.clear();
  ::close(epoll_);
}

Connection& Load::add(bool websocket, Connection::OnMessage on_message, Connection::OnClosed on_closed,
                      std::string source) {
  auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
  connection.websocket_ = websocket;
  connection.load_ = this;
  connection.on_message_ = std::move(on_message);
  connection.on_closed_ = std::move(on_closed);
  connection.source_ = std::move(source);
  connection.index = connections_.size() - 1;
  return connection;
}

Connection& Load::add_websocket(Connection::OnMessage on_message, Connection::OnClosed on_closed, std::string source) {
  return add(true, std::move(on_message), std::move(on_closed), std::move(source));
}

Connection& Load::add_http(Connection::OnMessage on_message, Connection::OnClosed on_closed, std::string source) {
  return add(false, std::move(on_message), std::move(on_closed), std::move(source));
}

void Load::connect(Connection& connection, const std::string& token, const std::string& target) {
  connection.close_socket();
  connection.fd_ = begin_connect(connection.source_, port_, receive_bytes_);
  connection.stage_ = Connection::Stage::connecting;
  connection.request_ = connection.websocket_ ? handshake_request(token, target) : std::string();
  connection.awaits_room_ = true;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd_, &event) != 0) fail("epoll_ctl");
}

void Load::open(Connection& connection) {
  run(now_ns() + kConnectNs, [&] { return connection.is_open(); });
  if (!connection.is_open()) throw std::runtime_error("the handshake was not answered");
}

Connection& Load::open_websocket(const std::string& token, Connection::OnMessage on_message, std::string_view source) {
  auto& connection = add(true, std::move(on_message), {}, std::string(source));
  connect(connection, token);
  open(connection);
  return connection;
}

Connection& Load::open_http(Connection::OnMessage on_message) {
  auto& connection = add(false, std::move(on_message), {}, "");
  connect(connection);
  open(connection);
  return connection;
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
    const timespec wait{0, !to_flush_.empty() ? 0 : tick ? kTickNs : kTurnNs};
    int count = epoll_pwait2(epoll_, events, 256, &wait, nullptr);
    for (int i = 0; i < count; ++i) static_cast<Connection*>(events[i].data.ptr)->on_ready(events[i].events);
  }
}

}  // namespace hansard::bench

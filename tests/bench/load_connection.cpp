#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "tests/bench/load.h"

// One connection's bytes: handshake, frames, responses.

namespace hansard::bench {

namespace {

constexpr int kClose = 8, kPing = 9, kPong = 10;

// The length of a close frame's code.
constexpr std::size_t kCodeBytes = 2;

}  // namespace

Connection::~Connection() { close_socket(); }

void Connection::send(std::string_view payload) {
  ++sent;
  websocket_ ? append_frame(payload) : void(out_ += payload);
  queue();
}

void Connection::send_raw(std::string_view bytes) {
  out_ += bytes;
  queue();
}

void Connection::append_frame(std::string_view payload) {
  out_ += static_cast<char>(0x81);
  if (payload.size() < 126) {
    out_ += static_cast<char>(0x80 | payload.size());
  } else {
    out_ += static_cast<char>(0x80 | 126);
    out_ += static_cast<char>(payload.size() >> 8);
    out_ += static_cast<char>(payload.size() & 0xFF);
  }
  out_.append(4, '\0');
  out_ += payload;
}

void Connection::queue() {
  if (!std::exchange(queued_, true)) load_->to_flush_.push_back(this);
}

void Connection::stop_reading() {
  reads_ = false;
  watch(awaits_room_);
}

void Connection::go_on_reading() {
  reads_ = true;
  watch(awaits_room_);
}

void Connection::sip(std::size_t bytes) {
  if (stage_ == Stage::open) read_some(bytes);
}

void Connection::watch(bool for_room) {
  awaits_room_ = for_room;
  if (fd_ < 0) return;
  epoll_event event{};
  event.events = (reads_ ? EPOLLIN : 0u) | (for_room ? EPOLLOUT : 0u);
  event.data.ptr = this;
  epoll_ctl(load_->epoll_, EPOLL_CTL_MOD, fd_, &event);
}

void Connection::cut() {
  if (fd_ < 0) return;
  linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close_socket();
}

void Connection::close_socket() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  stage_ = Stage::closed;
  in_.clear();
  out_.clear();
  partial_.clear();
  in_at_ = out_at_ = 0;
  reads_ = true;
}

void Connection::close(std::string_view why) {
  if (!on_closed_) throw std::runtime_error(std::string(why));
  std::string reason(why);  // may stand in a buffer that goes
  close_socket();
  on_closed_(*this, reason);
}

void Connection::on_ready(std::uint32_t events) {
  if (fd_ < 0) return;  // cut in this turn
  if (stage_ == Stage::connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) return on_connected();
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) read_some();
  if (fd_ >= 0 && (events & EPOLLOUT) != 0) write_some();
}

void Connection::on_connected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return close(std::string("connect: ") + std::strerror(error));
  stage_ = websocket_ ? Stage::handshake : Stage::open;
  out_.insert(0, request_);
  write_some();
}

void Connection::write_some() {
  queued_ = false;
  if (stage_ == Stage::closed || stage_ == Stage::connecting) return;
  while (out_at_ < out_.size()) {
    auto written = ::send(fd_, out_.data() + out_at_, out_.size() - out_at_, MSG_NOSIGNAL);
    if (written < 0 && errno == EAGAIN) return watch(true);
    if (written < 0) return close(std::string("send: ") + std::strerror(errno));
    out_at_ += static_cast<std::size_t>(written);
  }
  out_.clear();
  out_at_ = 0;
  if (awaits_room_) watch(false);
}

void Connection::read_some(std::size_t bytes_max) {
  static char block[kReadBytes];
  auto got = ::recv(fd_, block, std::min(bytes_max, kReadBytes), 0);
  if (got == 0) return close("the server closed a connection");
  if (got < 0 && errno == EAGAIN) return;
  if (got < 0) return close(std::string("recv: ") + std::strerror(errno));
  in_.append(block, static_cast<std::size_t>(got));
  take_all();
}

// A callback may have closed it, or connected it anew.
void Connection::take_all() {
  const int fd = fd_;
  bool more = true;
  while (more && fd_ == fd) {
    if (stage_ == Stage::handshake) {
      more = take_handshake();
    } else {
      more = websocket_ ? take_frame() : take_response();
    }
  }
  if (fd_ != fd) return;
  in_.erase(0, in_at_);
  in_at_ = 0;
}

bool Connection::take_handshake() {
  auto end = in_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  if (!in_.starts_with("HTTP/1.1 101")) return close("handshake refused: " + in_.substr(0, 300)), false;
  in_at_ = end + 4;
  stage_ = Stage::open;
  return true;
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
  if (opcode >= kClose) return take_control(opcode, payload), true;
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

void Connection::take_control(int opcode, std::string_view payload) {
  if (opcode == kClose) {
    auto reason = payload.size() > kCodeBytes ? payload.substr(kCodeBytes) : std::string_view{};
    return close("the server closed a WebSocket: " + std::string(reason));
  }
  if (opcode != kPing) return;
  const char head[] = {static_cast<char>(0x80 | kPong), static_cast<char>(0x80 | payload.size()), 0, 0, 0, 0};
  out_.append(head, sizeof head);
  out_ += payload;
  queue();
}

bool Connection::take_response() {
  auto rest = std::string_view(in_).substr(in_at_);
  auto end = rest.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  auto field = rest.find("Content-Length: ");
  if (field == std::string_view::npos || field > end) throw std::runtime_error("a response without Content-Length");
  std::size_t length = std::strtoul(rest.data() + field + 16, nullptr, 10);
  if (rest.size() < end + 4 + length) return false;
  status_ = static_cast<int>(std::strtol(rest.data() + 9, nullptr, 10));
  if (status_ / 100 != 2 && !on_closed_) throw std::runtime_error("refused: " + std::string(rest.substr(0, 600)));
  head_ = rest.substr(0, end);
  in_at_ += end + 4 + length;
  ++received;
  on_message_(*this, rest.substr(end + 4, length));
  return true;
}

}  // namespace hansard::bench

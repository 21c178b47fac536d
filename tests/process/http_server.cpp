#include "tests/process/http_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace hansard::process {

HttpServer::HttpServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  const bool listening = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                         ::listen(listener_, 8) == 0 && ::pipe(stop_) == 0 &&
                         ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!listening) throw std::runtime_error("no loopback port");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

HttpServer::~HttpServer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

std::string HttpServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<std::string> HttpServer::requests() {
  std::lock_guard lock(mutex_);
  return requests_;
}

void HttpServer::wait_for_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, std::chrono::seconds(20), [&] { return requests_.size() >= count; })) {
    throw std::runtime_error("the requests do not come");
  }
}

namespace {
// False: the server stops.
bool wait_readable(int fd, int stop) {
  pollfd waiting[2] = {{fd, POLLIN, 0}, {stop, POLLIN, 0}};
  ::poll(waiting, 2, -1);
  return waiting[1].revents == 0;
}
}  // namespace

void HttpServer::run() {
  while (wait_readable(listener_, stop_[0])) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    ++connections_;
    serve(connection);
    ::close(connection);
  }
}

void HttpServer::serve(int connection) {
  std::string request;
  while (read_request(connection, request)) {
    std::size_t number = 0;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(std::exchange(request, {}));
      number = requests_.size();
      arrived_.notify_all();
    }
    const std::string& answer = answers_[std::min(number, answers_.size()) - 1];
    if (answer.empty()) continue;
    for (std::size_t sent = 0; sent < answer.size();) {
      const auto some = ::send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (some <= 0) return;
      sent += static_cast<std::size_t>(some);
    }
  }
}

// Head and as much body as its Content-Length says. False: the connection or the server ended.
bool HttpServer::read_request(int connection, std::string& request) {
  while (wait_readable(connection, stop_[0])) {
    char bytes[4'096];
    const auto got = ::recv(connection, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    request.append(bytes, static_cast<std::size_t>(got));
    const auto head = request.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    const auto length = request.find("Content-Length: ");
    const std::size_t body = length < head ? std::stoul(request.substr(length + 16)) : 0;
    if (request.size() >= head + 4 + body) return true;
  }
  return false;
}

}  // namespace hansard::process

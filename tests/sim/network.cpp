#include "tests/sim/network.h"

#include <utility>

#include "api/io_thread.h"
#include "api/router.h"
#include "api/ws_session_frames.h"

namespace hansard::sim {

namespace {
constexpr std::size_t kSpoiltEvent = 15;  // of each socket, where a defect is planted

boost::asio::awaitable<void> open_session(std::shared_ptr<api::SocketSession> session, std::shared_ptr<bool> is_open) {
  co_await session->open();
  *is_open = true;
}

bool is_event(const std::string& frame) { return frame.find("\"cursor\":") != std::string::npos; }

// Sessions of a process that has ended: never destroyed, as nothing of it is.
void bury(std::shared_ptr<api::SocketSession> session) {
  static auto& graves = *new std::vector<std::shared_ptr<api::SocketSession>>();
  graves.push_back(std::move(session));
}
}  // namespace

Socket::Socket(Node& node, std::size_t io_thread, const std::string& user, std::optional<std::string> resume, Bug bug)
    : bug_(bug) {
  api::Admission admission;
  admission.identity = api::Identity{};
  admission.identity->user = {user};
  admission.identity->expires = {std::int64_t{1} << 50};
  admission.resume = std::move(resume);
  auto& thread = node.io_thread(io_thread);
  session_ = std::make_shared<api::SocketSession>(thread, std::move(admission));
  thread.tasks().spawn("open", open_session(session_, is_open_));
}

std::optional<std::string> Socket::receive() {
  if (to_client_.empty()) return std::nullopt;
  std::string frame = std::move(to_client_.front());
  to_client_.pop_front();
  return frame;
}

bool Socket::carry_to_server() {
  if (to_server_.empty() || !session_ || !*is_open_ || !session_->may_read()) return false;
  const std::string text = std::move(to_server_.front());
  to_server_.pop_front();
  session_->on_text(text);
  return true;
}

bool Socket::carry_to_client(std::size_t frames) {
  if (!session_) return false;
  for (auto& frame : session_->outbox().take()) writing_.push_back(std::move(frame));
  bool has_moved = false;
  for (; frames > 0 && !writing_.empty(); --frames) {
    const api::FramePtr frame = std::move(writing_.front());
    writing_.pop_front();
    put_on_wire(*frame);
    session_->outbox().written(frame);
    session_->on_written();
    has_moved = true;
  }
  if (session_->close_wanted() && session_->is_drained()) {
    session_->end();
    session_.reset();
    has_server_closed_ = true;
  }
  return has_moved;
}

void Socket::put_on_wire(const std::string& frame) {
  if (has_hung_up_) return;
  const bool is_spoilt = is_event(frame) && ++events_ == kSpoiltEvent;
  if (is_spoilt && bug_ == Bug::drop_frame) return;
  if (is_spoilt && bug_ == Bug::repeat_frame) to_client_.push_back(frame);
  to_client_.push_back(frame);
  if (is_spoilt && bug_ == Bug::swap_frames && to_client_.size() > 1) {
    std::swap(to_client_.back(), to_client_[to_client_.size() - 2]);
  }
}

bool Socket::notice_hang_up() {
  if (!has_hung_up_ || !session_) return false;
  session_->end();
  session_.reset();
  has_server_closed_ = true;
  return true;
}

void Socket::lose_server() {
  if (session_) bury(std::move(session_));
  session_ = nullptr;
  to_server_.clear();
  writing_.clear();
  has_server_closed_ = true;
}

namespace {
boost::asio::awaitable<void> serve(api::Context& context, api::Request request, std::shared_ptr<Exchange::Wire> wire) {
  wire->response = co_await api::handle_request(context, std::move(request));
}
}  // namespace

void Exchange::carry_to_server(Node& node, std::size_t io_thread) {
  was_carried_ = true;
  auto& thread = node.io_thread(io_thread);
  thread.tasks().spawn("request", serve(thread.context(), std::move(request_), wire_));
}

std::optional<api::Response> Exchange::receive() { return std::exchange(wire_->response, std::nullopt); }

}  // namespace hansard::sim

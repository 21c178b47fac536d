#include "api/ws_session.h"

#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "api/corked_stream.h"
#include "api/frame_head.h"
#include "api/metrics.h"
#include "api/ws_session_frames.h"

namespace hansard::api {

namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using std::chrono::seconds;

constexpr std::size_t kIdleBytesMax = 4u << 10;
constexpr std::size_t kLingerBytesMax = 2u << 20;
constexpr seconds kClosing{5};  // for the peer's answer to a close
constexpr seconds kLinger{2};
constexpr std::size_t kFramesPerTurn = 64;  // of one socket, before the thread's others have theirs

class WsConnection final : public Connection, public std::enable_shared_from_this<WsConnection> {
 public:
  WsConnection(IoThread& thread, PeerSocket socket, ConnectionSlot slot, Admission admission, std::string arrived);
  ~WsConnection() override { thread_.context().metrics.connection_closed(); }

  void on_tick(base::MonotonicTime now, base::Timestamp wall) override;
  void ask_to_stop() override { session_->close(SocketSession::kGoingAway, "the server is stopping"); }
  void cut() override;

  static asio::awaitable<void> run(std::shared_ptr<WsConnection> self, std::string key);

 private:
  asio::awaitable<bool> accept(std::string key);
  asio::awaitable<void> read();
  asio::awaitable<void> linger();
  static asio::awaitable<void> write(std::shared_ptr<WsConnection> self);
  asio::awaitable<bool> write_waiting();
  error_code put(ServerFrameHead::Kind kind, std::string_view payload);
  asio::awaitable<void> say_goodbye();
  bool take_text();
  bool take_signal();
  void on_signal(bool is_pong);
  void on_message();
  void note_message();
  void check_ping(base::MonotonicTime now);
  void check_progress(base::MonotonicTime now);
  bool is_to_close() const;

  IoThread& thread_;
  const Limits& limits_;
  ConnectionSlot slot_;
  websocket::stream<CorkedStream<PeerSocket>, false> ws_;
  std::shared_ptr<SocketSession> session_;
  beast::flat_buffer in_;
  asio::cancellation_signal filling_;
  base::MonotonicTime next_ping_;
  base::MonotonicTime deadline_ = base::MonotonicTime::max();  // of the pong, or of the closing
  base::MonotonicTime write_deadline_{};
  std::size_t bytes_sent_ = 0;  // at the last tick
  bool is_ping_due_ = false;
  std::optional<std::string> pong_;  // the answer to the last ping, to be written
  bool is_ended_ = false;
  bool was_sending_ = false;
  bool was_cut_ = false;
};

WsConnection::WsConnection(IoThread& thread, PeerSocket socket, ConnectionSlot slot, Admission admission,
                           std::string arrived)
    : Connection(thread.connections()),
      thread_(thread),
      limits_(thread.limits()),
      slot_(std::move(slot)),
      ws_(std::move(socket), std::move(arrived), thread.scratch(), IoThread::kScratchBytes),
      session_(std::make_shared<SocketSession>(thread, std::move(admission))),
      in_(limits_.frame_bytes_max),
      next_ping_(thread.now() + seconds(limits_.ping_interval_s)) {
  thread_.context().metrics.connection_opened();
  // The watchdog's timeouts stand instead of Beast's, which take any ping for life.
  ws_.set_option(
      websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
  ws_.control_callback(
      [this](websocket::frame_type kind, beast::string_view) { on_signal(kind == websocket::frame_type::pong); });
}

void WsConnection::cut() {
  was_cut_ = true;
  error_code ignored;
  ws_.next_layer().next_layer().close(ignored);
}

void WsConnection::on_tick(base::MonotonicTime now, base::Timestamp wall) {
  session_->on_tick(now, wall);
  check_ping(now);
  check_progress(now);
  if (!was_cut_ && now >= std::min(deadline_, write_deadline_)) cut_in_turn();
}

void WsConnection::check_ping(base::MonotonicTime now) {
  if (session_->close_wanted()) {
    deadline_ = std::min(deadline_, now + kClosing);
    return;
  }
  if (now < next_ping_) return;
  next_ping_ = now + seconds(limits_.ping_interval_s);
  deadline_ = std::min(deadline_, now + seconds(limits_.pong_timeout_s));
  is_ping_due_ = true;
  session_->outbox().filled.notify();
}

// A peer that takes no byte for the write time is gone. One that takes them slowly is there: its pong stands behind
// what it has yet to read.
void WsConnection::check_progress(base::MonotonicTime now) {
  auto& stream = ws_.next_layer();
  bool is_backed_up = was_sending_ && stream.is_sending();
  bool has_moved = stream.bytes_sent() != bytes_sent_;
  if (!has_moved) stream.give_back();
  if (!is_backed_up || has_moved) write_deadline_ = now + seconds(limits_.write_timeout_s);
  bool awaits_pong = deadline_ != base::MonotonicTime::max() && !session_->close_wanted();
  if (is_backed_up && has_moved && awaits_pong) deadline_ = now + seconds(limits_.pong_timeout_s);
  was_sending_ = stream.is_sending();
  bytes_sent_ = stream.bytes_sent();
}

asio::awaitable<void> WsConnection::run(std::shared_ptr<WsConnection> self, std::string key) {
  bool is_accepted = co_await self->accept(std::move(key));
  if (!is_accepted) co_return;
  self->thread_.tasks().spawn("websocket writer", write(self));
  co_await self->read();
  self->is_ended_ = true;
  self->session_->end();
  co_await self->linger();
}

// `key`: Sec-WebSocket-Key.
asio::awaitable<bool> WsConnection::accept(std::string key) {
  deadline_ = thread_.now() + seconds(limits_.write_timeout_s);
  beast::http::request<beast::http::empty_body> upgrade(beast::http::verb::get, "/ws", 11);
  upgrade.set(beast::http::field::host, "host");
  upgrade.set(beast::http::field::connection, "Upgrade");
  upgrade.set(beast::http::field::upgrade, "websocket");
  upgrade.set(beast::http::field::sec_websocket_version, "13");
  upgrade.set(beast::http::field::sec_websocket_key, key);
  error_code failed;
  co_await ws_.async_accept(upgrade, asio::redirect_error(asio::use_awaitable, failed));
  deadline_ = base::MonotonicTime::max();
  co_return !failed;
}

// Whole texts, pings and pongs are taken as they come; whatever else comes, and every end, is Beast's to read, once
// what was asked before is answered: behind his answer to an end no frame could follow.
asio::awaitable<void> WsConnection::read() {
  auto& stream = ws_.next_layer();
  stream.arrived().begin_frames();
  std::size_t taken = 0;
  for (;;) {
    if (session_->is_to_open()) co_await session_->open();
    if (!session_->may_read()) co_await session_->until_may_read();
    if (take_text() || take_signal()) {
      if (++taken % kFramesPerTurn == 0) co_await asio::post(asio::use_awaitable);
      continue;
    }
    error_code failed;
    if (stream.arrived().is_coming(session_->frame_bytes_max()) && !session_->close_wanted()) {
      co_await stream.async_wait_readable(
          asio::bind_cancellation_slot(filling_.slot(), asio::redirect_error(asio::use_awaitable, failed)));
      if (!failed) failed = stream.fill();
      if (!failed) thread_.woken().keep_pace();
      if (!failed) continue;
      deadline_ = std::min(deadline_, thread_.now() + kClosing);
    }
    co_await session_->until_answered();
    ws_.read_message_max(session_->frame_bytes_max());
    co_await ws_.async_read(in_, asio::redirect_error(asio::use_awaitable, failed));
    if (failed && !was_cut_) session_->on_sign_of_life();
    if (failed) co_return;
    on_message();
  }
}

bool WsConnection::take_text() {
  if (!ws_.is_open()) return false;
  auto text = ws_.next_layer().arrived().take_text(session_->frame_bytes_max());
  if (!text) return false;
  note_message();
  session_->on_text(*text);
  return true;
}

// Of pings that come faster than they are answered the last one is (RFC 6455 section 5.5.3).
bool WsConnection::take_signal() {
  if (!ws_.is_open()) return false;
  const auto signal = ws_.next_layer().arrived().take_signal();
  if (!signal) return false;
  on_signal(!signal->is_ping);
  if (!signal->is_ping) return true;
  pong_ = signal->payload;
  session_->outbox().filled.notify();
  return true;
}

void WsConnection::on_signal(bool is_pong) {
  session_->on_sign_of_life();
  if (is_pong && !session_->close_wanted()) deadline_ = base::MonotonicTime::max();
}

void WsConnection::note_message() {
  if (!session_->close_wanted()) deadline_ = base::MonotonicTime::max();
}

void WsConnection::on_message() {
  note_message();
  if (ws_.got_text()) {
    session_->on_text({static_cast<const char*>(in_.data().data()), in_.size()});
  } else {
    session_->on_binary();
  }
  in_.consume(in_.size());
  if (in_.capacity() > kIdleBytesMax) in_.shrink_to_fit();
}

bool WsConnection::is_to_close() const { return session_->close_wanted() && session_->is_drained(); }

asio::awaitable<void> WsConnection::write(std::shared_ptr<WsConnection> self) {
  while (!self->is_ended_) {
    bool is_written = co_await self->write_waiting();
    if (!is_written) {
      self->session_->end();
      self->cut();
    }
    if (!is_written || self->is_ended_) co_return;
    if (self->is_to_close()) co_return co_await self->say_goodbye();
    if (self->session_->outbox().has_waiting()) continue;
    co_await self->session_->outbox().filled.wait();
  }
}

// Beast's own write would take a coroutine's turn and a post for each frame. Between frames it writes what it has to:
// pings and the close, after which there are none of ours.
error_code WsConnection::put(ServerFrameHead::Kind kind, std::string_view payload) {
  if (!ws_.is_open()) return asio::error::operation_aborted;
  return ws_.next_layer().append(ServerFrameHead(kind, payload.size()).view(), payload);
}

asio::awaitable<bool> WsConnection::write_waiting() {
  auto& outbox = session_->outbox();
  auto& stream = ws_.next_layer();
  error_code failed;
  stream.cork();
  while (!failed && (outbox.has_waiting() || pong_ || is_ping_due_)) {
    auto frames = outbox.take();
    thread_.context().metrics.frames_out(frames.size());
    for (const auto& frame : frames) {
      if (stream.is_full()) stream.push();
      if (stream.is_full()) co_await stream.async_room(asio::redirect_error(asio::use_awaitable, failed));
      if (!failed) failed = put(ServerFrameHead::Kind::text, *frame);
      outbox.written(frame);
    }
    session_->on_written();
    // Between frames: a session that catches up may not empty its outbox for minutes.
    if (const auto pong = std::exchange(pong_, std::nullopt); pong && !failed)
      failed = put(ServerFrameHead::Kind::pong, *pong);
    if (failed || !std::exchange(is_ping_due_, false)) continue;
    websocket::ping_data nothing;
    co_await ws_.async_ping(nothing, asio::redirect_error(asio::use_awaitable, failed));
  }
  stream.uncork();
  co_return !failed;
}

asio::awaitable<void> WsConnection::say_goodbye() {
  auto wanted = *session_->close_wanted();
  deadline_ = thread_.now() + kClosing;
  filling_.emit(asio::cancellation_type::terminal);  // from here on Beast alone reads
  websocket::close_reason reason(static_cast<websocket::close_code>(wanted.code), wanted.reason.data());
  error_code ignored;
  co_await ws_.async_close(reason, asio::redirect_error(asio::use_awaitable, ignored));
}

// See http_session.cpp: unread input at the end could cost the peer our close frame.
asio::awaitable<void> WsConnection::linger() {
  deadline_ = thread_.now() + kLinger;
  auto& socket = ws_.next_layer().next_layer();
  error_code failed;
  for (std::size_t read = 0; !failed && read < kLingerBytesMax;) {
    read += socket.read_some(asio::buffer(thread_.scratch(), IoThread::kScratchBytes), failed);
    if (failed != asio::error::would_block && failed != asio::error::try_again) continue;
    co_await socket.async_wait(PeerSocket::wait_read, asio::redirect_error(asio::use_awaitable, failed));
  }
}

}  // namespace

void start_ws_session(IoThread& thread, PeerSocket socket, ConnectionSlot connection, const Request& request,
                      Admission admission, std::string arrived) {
  auto session = std::make_shared<WsConnection>(thread, std::move(socket), std::move(connection), std::move(admission),
                                                std::move(arrived));
  std::string key(request.header("sec-websocket-key").value_or(""));
  thread.tasks().spawn("websocket session", WsConnection::run(session, std::move(key)));
}

}  // namespace hansard::api

#include "api/http_session.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/body_room.h"
#include "api/body_stream.h"
#include "api/http_wire.h"
#include "api/metrics.h"
#include "api/origin.h"
#include "api/request_check.h"
#include "api/router.h"
#include "api/ws_session.h"

namespace hansard::api {

namespace {

using boost::system::error_code;
using std::chrono::seconds;

constexpr std::size_t kIdleBytesMax = 4u << 10;     // a larger buffer is given back between requests
constexpr std::size_t kLingerBytesMax = 64u << 20;  // read and thrown away after a refusal
constexpr seconds kLinger{2};

// Of a head that may be unsound.
bool says_head(std::string_view head) {
  if (head.starts_with(kEmptyLine)) head.remove_prefix(kEmptyLine.size());
  return head.starts_with("HEAD ");
}

// HEAD is answered like GET but for the body, and of the whole: Range is for GET alone (RFC 9110 section 14.2).
void ask_as_get(Request& request) {
  request.method = "GET";
  request.is_head = true;
  std::erase_if(request.headers, [](const auto& field) { return field.first == "range"; });
}

class HttpSession final : public Connection {
 public:
  HttpSession(IoThread& thread, PeerSocket socket, ConnectionSlot slot);
  ~HttpSession() override { thread_.context().metrics.connection_closed(); }

  void on_tick(base::MonotonicTime now, base::Timestamp wall) override;
  void ask_to_stop() override;
  void cut() override;

  asio::awaitable<void> run();

 private:
  enum class Next { request, close, linger };

  // The body of a request whose handler reads it: pieces of the session's input.
  class RequestBody final : public BodyReader {
   public:
    RequestBody(HttpSession& session, std::size_t length, bool expects_continue)
        : session_(session), left_(length), expects_continue_(expects_continue) {}
    asio::awaitable<base::Result<std::string_view>> next() override;
    std::size_t left() const { return left_; }

   private:
    HttpSession& session_;
    std::size_t left_;
    bool expects_continue_;
    std::string piece_;
  };

  asio::awaitable<Next> serve_one();
  asio::awaitable<HeadEnd> read_head();
  // False when it does not come whole, or there is no room for it.
  asio::awaitable<bool> read_body(std::size_t length, bool expects_continue, ComingBody* body = nullptr);
  asio::awaitable<bool> read_some();
  asio::awaitable<Next> answer(CheckedRequest checked, const RequestBody* stream = nullptr);
  asio::awaitable<Next> answer_streaming(CheckedRequest checked);
  asio::awaitable<Next> upgrade(CheckedRequest checked);
  // `page`: what asked, where that is known and may read the answer.
  asio::awaitable<Next> refuse(Problem problem, std::optional<std::string_view> page = {});
  asio::awaitable<bool> write(Response response, bool with_body, bool keep_alive);
  asio::awaitable<bool> write_stream(std::string_view head, std::shared_ptr<BodySource> stream);
  asio::awaitable<bool> write_endless(std::string head, std::shared_ptr<BodySource> stream, bool in_chunks);
  void watch_peer(std::weak_ptr<BodySource> stream);
  asio::awaitable<bool> write_bytes(std::string_view head, std::string_view body);
  asio::awaitable<void> linger();
  void set_deadline(seconds after) { deadline_ = thread_.now() + after; }

  IoThread& thread_;
  const Limits& limits_;
  PeerSocket socket_;
  ConnectionSlot slot_;
  std::string peer_;
  std::string in_;   // what has arrived and is not yet used
  std::string out_;  // the head being written
  base::MonotonicTime deadline_{};
  std::shared_ptr<BodySource> endless_;  // while it is being written
  bool has_read_all_ = false;            // the last read left nothing in the kernel
  bool is_idle_ = false;                 // between requests, or before the first
  bool is_head_ = false;                 // the request at hand says HEAD
};

HttpSession::HttpSession(IoThread& thread, PeerSocket socket, ConnectionSlot slot)
    : Connection(thread.connections()),
      thread_(thread),
      limits_(thread.limits()),
      socket_(std::move(socket)),
      slot_(std::move(slot)) {
  thread_.context().metrics.connection_opened();
  socket_.set_options();
  peer_ = socket_.address();
  set_deadline(seconds(limits_.header_timeout_s));
}

void HttpSession::on_tick(base::MonotonicTime now, base::Timestamp) {
  if (now >= deadline_) cut();
}

void HttpSession::ask_to_stop() {
  if (is_idle_) cut();
  if (endless_) endless_->finish();
}

void HttpSession::cut() {
  if (endless_) endless_->finish();
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<void> HttpSession::run() {
  is_idle_ = true;
  bool is_open = co_await socket_.handshake();
  auto next = is_open ? Next::request : Next::close;
  while (next == Next::request) next = co_await serve_one();
  if (next == Next::linger) co_await linger();
}

asio::awaitable<HttpSession::Next> HttpSession::serve_one() {
  auto end = co_await read_head();
  is_head_ = says_head(in_);
  if (end.state == HeadEnd::State::incomplete) co_return Next::close;
  if (end.state == HeadEnd::State::bad)
    co_return co_await refuse(malformed("A line of the header does not end in CRLF."));
  // An unfinished head that is too large already comes as complete: the check says so.
  auto checked = check_request(std::string_view(in_).substr(0, end.size), limits_, streams_body);
  if (!checked) co_return co_await refuse(std::move(checked.error()));
  in_.erase(0, end.size);
  auto& request = checked.value();
  request.request.peer = peer_;
  if (request.request.path == "/ws") co_return co_await upgrade(std::move(request));
  if (request.streams_body) co_return co_await answer_streaming(std::move(request));
  std::optional<ComingBody> body;
  if (request.content_length > kStrangersBodyBytesMax || request.expects_continue) {
    auto admitted = admit_body(thread_.context(), request.request);
    if (!admitted) co_return co_await refuse(std::move(admitted.error()), listed_origin(request.request, limits_));
    body.emplace(thread_.context(), std::move(admitted.value()));
  }
  bool has_body = co_await read_body(request.content_length, request.expects_continue, body ? &*body : nullptr);
  if (body && body->refusal()) co_return co_await refuse(*body->refusal(), listed_origin(request.request, limits_));
  if (!has_body) co_return Next::close;
  request.request.body.assign(in_, 0, request.content_length);
  in_.erase(0, request.content_length);
  if (in_.empty() && in_.capacity() > kIdleBytesMax) std::string().swap(in_);
  co_return co_await answer(std::move(request));
}

// Incomplete when the peer or the watchdog ended it.
asio::awaitable<HeadEnd> HttpSession::read_head() {
  std::size_t scanned = 0;
  for (;;) {
    auto end = find_head_end(in_, scanned);
    if (end.state != HeadEnd::State::incomplete) co_return end;
    if (in_.size() > limits_.http_header_bytes_max) co_return HeadEnd{HeadEnd::State::complete, in_.size()};
    scanned = in_.size();
    is_idle_ = in_.empty() || in_ == kEmptyLine;
    if (is_idle_ && thread_.is_stopping()) co_return end;
    bool has_come = co_await read_some();
    if (!has_come) co_return end;
    // The first bytes start the clock of the whole head; more of them do not wind it up again.
    if (std::exchange(is_idle_, false)) set_deadline(seconds(limits_.header_timeout_s));
  }
}

asio::awaitable<bool> HttpSession::read_body(std::size_t length, bool expects_continue, ComingBody* body) {
  if (in_.size() < length && expects_continue) {
    bool is_written = co_await write_bytes("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (!is_written) co_return false;
  }
  if (in_.size() < length) set_deadline(seconds(limits_.body_timeout_s));
  while (in_.size() < length) {
    bool has_come = co_await read_some();
    if (!has_come || (body && !body->hold(in_.size()))) co_return false;
  }
  co_return true;
}

asio::awaitable<base::Result<std::string_view>> HttpSession::RequestBody::next() {
  auto size = std::min(left_, kBodyPieceBytes);
  bool has_come = co_await session_.read_body(size, std::exchange(expects_continue_, false));
  session_.deadline_ = base::MonotonicTime::max();
  if (!has_come) co_return base::error(base::ErrorCode::malformed, "The body did not come whole, or not in time.");
  piece_.assign(session_.in_, 0, size);
  session_.in_.erase(0, size);
  left_ -= size;
  if (left_ == 0 && session_.in_.empty()) std::string().swap(session_.in_);
  co_return std::string_view(piece_);
}

// Into the thread's scratch, so that a connection that waits has no buffer.
asio::awaitable<bool> HttpSession::read_some() {
  for (;;) {
    error_code failed;
    if (has_read_all_) {
      co_await socket_.async_wait(PeerSocket::wait_read, asio::redirect_error(asio::use_awaitable, failed));
      if (failed) co_return false;
    }
    auto size = socket_.read_some(asio::buffer(thread_.scratch(), IoThread::kScratchBytes), failed);
    has_read_all_ = socket_.is_secure() || size < IoThread::kScratchBytes;  // a record is no more than 16 KiB
    if (failed == asio::error::would_block || failed == asio::error::try_again) continue;
    if (failed) co_return false;
    in_.append(thread_.scratch(), size);
    co_return true;
  }
}

asio::awaitable<HttpSession::Next> HttpSession::answer_streaming(CheckedRequest checked) {
  RequestBody body(*this, checked.content_length, checked.expects_continue);
  checked.request.stream = &body;
  co_return co_await answer(std::move(checked), &body);
}

// Behind a body that was not read to its end the connection closes.
asio::awaitable<HttpSession::Next> HttpSession::answer(CheckedRequest checked, const RequestBody* stream) {
  // What the handler does is bounded by itself; only the peer is under the watchdog.
  deadline_ = base::MonotonicTime::max();
  bool is_head = checked.request.method == "HEAD";
  if (is_head) ask_as_get(checked.request);
  bool keep_alive = checked.keep_alive;
  auto response = co_await handle_request(thread_.context(), std::move(checked.request));
  keep_alive = keep_alive && !thread_.is_stopping() && (stream == nullptr || stream->left() == 0);
  bool is_written = co_await write(std::move(response), !is_head, keep_alive);
  if (!is_written) co_return Next::close;
  set_deadline(seconds(limits_.keep_alive_timeout_s));
  co_return keep_alive ? Next::request : Next::linger;
}

asio::awaitable<HttpSession::Next> HttpSession::upgrade(CheckedRequest checked) {
  if (!checked.wants_websocket) {
    Problem problem{426, "upgrade_required", "This is a WebSocket: upgrade the connection.", 0};
    co_return co_await refuse(std::move(problem));
  }
  auto is_sound = check_upgrade(checked);
  if (!is_sound) co_return co_await refuse(std::move(is_sound.error()));
  auto admission = admit_socket(thread_, checked.request);
  if (!admission) co_return co_await refuse(std::move(admission.error()));
  auto arrived = std::string(std::string_view(in_));  // without the room that the head took
  start_ws_session(thread_, std::move(socket_), std::move(slot_), checked.request, std::move(admission.value()),
                   std::move(arrived));
  co_return Next::close;
}

// The connection closes behind it: what follows in the stream cannot be trusted.
asio::awaitable<HttpSession::Next> HttpSession::refuse(Problem problem, std::optional<std::string_view> page) {
  thread_.context().metrics.rejected(problem.code);
  auto request_id = base::uuid_text(thread_.context().uuids.next());
  auto response = problem_response(problem, request_id);
  add_common_headers(response, request_id);
  allow_origin(response, limits_, page);
  if (problem.status == 426) {
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
  }
  bool is_written = co_await write(std::move(response), !is_head_, false);
  co_return is_written ? Next::linger : Next::close;
}

asio::awaitable<bool> HttpSession::write(Response response, bool with_body, bool keep_alive) {
  out_.clear();
  append_response_head(out_, response, keep_alive, thread_.date());
  bool is_written = false;
  if (with_body && response.is_endless()) {
    is_written = co_await write_endless(std::move(out_), response.stream, keep_alive);
  } else if (with_body && response.stream) {
    is_written = co_await write_stream(out_, response.stream);
  } else {
    const std::string_view body = with_body ? std::string_view(response.body) : std::string_view{};
    is_written = co_await write_bytes(out_, body);
  }
  if (out_.capacity() > kIdleBytesMax) std::string().swap(out_);
  co_return is_written;
}

// The head leaves with the first piece. A disk that takes its time is not the peer's fault.
asio::awaitable<bool> HttpSession::write_stream(std::string_view head, std::shared_ptr<BodySource> stream) {
  std::uint64_t left = stream->size();
  do {
    deadline_ = base::MonotonicTime::max();
    base::Result<std::string_view> piece = std::string_view();
    if (left > 0) piece = co_await stream->next();
    if (!piece) co_return false;
    bool is_written = co_await write_bytes(head, piece.value());
    if (!is_written) co_return false;
    head = {};
    left -= piece.value().size();
  } while (left > 0);
  co_return true;
}

// Ends the stream of a peer that has closed. The stream lives no longer than the session writes it.
void HttpSession::watch_peer(std::weak_ptr<BodySource> stream) {
  socket_.async_wait(PeerSocket::wait_read, [this, stream](error_code failed) {
    const auto alive = stream.lock();
    if (failed || !alive) return;
    const auto seen = socket_.peek();
    if (seen == PeerSocket::Peek::nothing) return watch_peer(stream);
    if (seen == PeerSocket::Peek::ended) alive->finish();
  });
}

// Whoever waits here waits for what happens, not for the peer.
asio::awaitable<bool> HttpSession::write_endless(std::string head, std::shared_ptr<BodySource> stream, bool in_chunks) {
  endless_ = stream;
  if (thread_.is_stopping()) stream->finish();
  watch_peer(stream);
  bool has_ended = false, is_written = true;
  while (is_written && !has_ended) {
    deadline_ = base::MonotonicTime::max();
    auto piece = co_await stream->next();
    if (!piece) break;
    has_ended = piece.value().empty();
    in_chunks ? append_chunk(head, piece.value()) : void(head.append(piece.value()));
    is_written = co_await write_bytes(head, {});
    head.clear();
  }
  endless_.reset();
  co_return is_written&& has_ended;
}

// One gathering write; the clock is wound up by every byte the peer takes.
asio::awaitable<bool> HttpSession::write_bytes(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    set_deadline(seconds(limits_.write_timeout_s));
    std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(body)};
    error_code failed;
    auto size = co_await socket_.async_write_some(pieces, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return false;
    auto from_head = std::min(size, head.size());
    head.remove_prefix(from_head);
    body.remove_prefix(size - from_head);
  }
  co_return true;
}

// Closing with unread input would make the kernel reset the connection and the answer could be lost on its way.
asio::awaitable<void> HttpSession::linger() {
  error_code failed;
  socket_.shutdown(PeerSocket::shutdown_send, failed);
  set_deadline(kLinger);
  std::size_t read = in_.size();
  while (!failed && read < kLingerBytesMax) {
    in_.clear();
    bool has_come = co_await read_some();
    if (!has_come) co_return;
    read += in_.size();
  }
}

asio::awaitable<void> run_session(std::unique_ptr<HttpSession> session) { co_await session->run(); }

}  // namespace

void start_http_session(IoThread& thread, PeerSocket socket, ConnectionSlot slot) {
  auto session = std::make_unique<HttpSession>(thread, std::move(socket), std::move(slot));
  thread.tasks().spawn("http session", run_session(std::move(session)));
}

}  // namespace hansard::api

// A stream between Beast's WebSocket and the socket that makes few, large system calls of many small operations: what
// is written while corked leaves in one piece when it is uncorked, and what has arrived is read in one piece and handed
// out from memory. A waiting connection has no buffer of its own.
//
// A write completes once it is in the buffer, so an error shows at the next one; with more than kHighWaterBytes
// waiting, or kBehindBytes behind what is being sent, it completes only when the socket has taken that (the back
// pressure). Nothing completes inside the call that starts it.
//
// Models: AsyncStream of Beast. `Socket` is a stream socket of Asio.
// Thread: the io thread of the socket. One read and one write at a time, as Beast does it.
// Limits: kHighWaterBytes plus one write being sent, kBehindBytes plus one waiting. What is read ahead is bounded by
// who fills: a frame, and scratch_bytes behind it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>

#include "api/arrived_bytes.h"

namespace hansard::api {

namespace asio = boost::asio;

template <class Socket>
class CorkedStream {
 public:
  static constexpr std::size_t kHighWaterBytes = 8u << 10;
  static constexpr std::size_t kBehindBytes = 4u << 10;
  static constexpr std::size_t kKeptBytesMax = 16u << 10;  // a larger buffer is given back when it is empty

  using executor_type = typename Socket::executor_type;
  using next_layer_type = Socket;

  // `arrived` is read before the socket. `scratch` is the thread's and only used within a call.
  CorkedStream(Socket socket, std::string arrived, char* scratch, std::size_t scratch_bytes)
      : state_(std::make_shared<State>(std::move(socket), std::move(arrived), scratch, scratch_bytes)) {}

  executor_type get_executor() { return state_->socket.get_executor(); }
  next_layer_type& next_layer() { return state_->socket; }
  const next_layer_type& next_layer() const { return state_->socket; }

  template <class MutableBuffers, class Token>
  auto async_read_some(const MutableBuffers& buffers, Token&& token) {
    return asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
        ReadOp<MutableBuffers>{state_, buffers}, token, state_->socket);
  }
  template <class ConstBuffers, class Token>
  auto async_write_some(const ConstBuffers& buffers, Token&& token) {
    return asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
        WriteOp<ConstBuffers>{state_, buffers}, token, state_->socket);
  }
  // While corked: a frame behind what was written; how writing went so far. Beast's own writes may come between two of
  // them. Await async_room before the next when is_full().
  boost::system::error_code append(std::string_view head, std::string_view body) {
    if (!state_->failed) state_->out.append(head).append(body);
    return state_->failed;
  }
  bool is_full() const { return state_->is_full(); }
  // Of what was written, what the socket takes at once; corked or not.
  void push() { flush(state_); }
  // Reads ahead, in two halves: waits until something may have come, and takes what has into arrived(). Not beside a
  // read. The stream outlives the wait.
  template <class Token>
  auto async_wait_readable(Token&& token) {
    return state_->socket.async_wait(Socket::wait_read, std::forward<Token>(token));
  }
  boost::system::error_code fill() {
    std::size_t arrived = 0;
    return fill(state_, arrived);
  }
  ArrivedBytes& arrived() { return state_->in; }
  // Completes when the socket has taken so much that there is room again, or never will. One at a time.
  template <class Token>
  auto async_room(Token&& token) {
    return asio::async_compose<Token, void(boost::system::error_code)>(WaitOp{state_, true}, token, state_->socket);
  }
  // Completes when everything written has left, or never will.
  template <class Token>
  auto async_drain(Token&& token) {
    return asio::async_compose<Token, void(boost::system::error_code)>(WaitOp{state_, false}, token, state_->socket);
  }

  void cork() { state_->is_corked = true; }
  void uncork() {
    state_->is_corked = false;
    flush(state_);
  }

  // Frees buffers that hold nothing, for a connection that has written nothing for a while. (An assignment would keep
  // them, also one of `std::string()`.)
  void give_back() {
    if (state_->out.empty()) std::string().swap(state_->out);
    if (!state_->is_sending) std::string().swap(state_->sending);
    state_->in.give_back();
  }

  // Room for what is written, used or not. For tests.
  std::size_t bytes_kept() const { return state_->out.capacity() + state_->sending.capacity(); }

  bool is_sending() const { return state_->is_sending; }
  std::size_t bytes_sent() const { return state_->bytes_sent; }  // grows as the socket takes them

 private:
  using ErrorCode = boost::system::error_code;

  // Of most streams nobody ever waits, and there are many streams.
  struct Waiting {
    std::function<void()> on_room;     // the write that waits
    std::function<void()> on_taken;    // who waits for room
    std::function<void()> on_drained;  // the drain that waits
    bool is_any() const { return on_room || on_taken || on_drained; }
  };
  struct State {
    State(Socket s, std::string arrived, char* scratch_at, std::size_t size)
        : socket(std::move(s)), in(std::move(arrived)), scratch(scratch_at), scratch_bytes(size) {
      socket.non_blocking(true);
    }
    Socket socket;
    ArrivedBytes in;  // read ahead
    char* const scratch;
    const std::size_t scratch_bytes;
    std::string out;      // written, not yet being sent
    std::string sending;  // being sent; taken by the socket up to sending_used
    std::size_t sending_used = 0;
    std::size_t bytes_sent = 0;
    bool is_corked = false;
    bool is_sending = false;
    bool is_full() const { return out.size() >= (is_sending ? kBehindBytes : kHighWaterBytes); }
    ErrorCode failed;
    std::unique_ptr<Waiting> waiting;  // since somebody waited
    Waiting& to_wait() {
      if (!waiting) waiting = std::make_unique<Waiting>();
      return *waiting;
    }
  };
  using StatePtr = std::shared_ptr<State>;

  // Operations are kept in std::function, which wants to copy.
  template <class Self>
  static std::function<void()> keep(Self& self) {
    auto kept = std::make_shared<Self>(std::move(self));
    return [kept] { (*kept)(); };
  }
  static void call(const StatePtr& state, std::function<void()> Waiting::* who) {
    if (!state->waiting) return;
    if (auto function = std::exchange((*state->waiting).*who, nullptr)) function();
  }

  static void flush(const StatePtr& state) {
    if (state->is_sending) return;
    if (state->failed || state->out.empty()) return call(state, &Waiting::on_drained);
    state->is_sending = true;
    state->sending.swap(state->out);
    state->sending_used = 0;
    send_now(state);
    const bool is_awaited = state->waiting && state->waiting->is_any();
    const bool is_sent = state->sending_used == state->sending.size();
    if (is_sent && !is_awaited) return end_send(state);
    if (is_sent || state->failed) return asio::post(state->socket.get_executor(), [state] { end_send(state); });
    send(state);
  }

  // What the socket takes at once: nothing is then kept until a handler has its turn.
  static void send_now(const StatePtr& state) {
    ErrorCode failed;
    const std::size_t size = state->socket.write_some(asio::buffer(state->sending), failed);
    state->sending_used = size;
    state->bytes_sent += size;
    if (failed && failed != asio::error::would_block && failed != asio::error::try_again) state->failed = failed;
  }

  static void send(const StatePtr& state) {
    auto rest = asio::buffer(state->sending) + state->sending_used;
    state->socket.async_write_some(rest, [state](ErrorCode failed, std::size_t size) {
      state->sending_used += size;
      state->bytes_sent += size;
      if (!failed && state->sending_used < state->sending.size()) return send(state);
      state->failed = failed;
      end_send(state);
    });
  }

  static void end_send(const StatePtr& state) {
    state->is_sending = false;
    release(state->sending);
    call(state, &Waiting::on_room);
    call(state, &Waiting::on_taken);
    bool is_awaited = (state->waiting && state->waiting->on_drained) || state->out.size() >= kHighWaterBytes;
    if (!state->is_corked || is_awaited || state->failed) flush(state);
  }

  static void release(std::string& buffer) {
    buffer.clear();
    if (buffer.capacity() > kKeptBytesMax) std::string().swap(buffer);
  }

  // Reads once what the socket has; what failed, and how many bytes came.
  static ErrorCode fill(const StatePtr& state, std::size_t& arrived) {
    ErrorCode failed;
    arrived = state->socket.read_some(asio::buffer(state->scratch, state->scratch_bytes), failed);
    if (failed == asio::error::would_block || failed == asio::error::try_again) failed = {};
    state->in.add({state->scratch, arrived});
    return failed;
  }

  template <class MutableBuffers>
  struct ReadOp {
    StatePtr state;
    MutableBuffers buffers;
    enum { starting, posted, waiting } step = starting;
    ErrorCode failed{};
    std::size_t size = 0;

    template <class Self>
    void operator()(Self& self, ErrorCode ready = {}, std::size_t = 0) {
      if (step == posted) return self.complete(failed, size);
      std::size_t arrived = 0;
      failed = step == waiting && !ready ? fill(state, arrived) : ready;
      size = failed ? 0 : take();
      bool is_done = size > 0 || failed || asio::buffer_size(buffers) == 0;
      if (is_done && step == waiting) return self.complete(failed, size);
      auto& socket = state->socket;
      step = is_done ? posted : waiting;
      if (is_done) return asio::post(socket.get_executor(), std::move(self));
      socket.async_wait(Socket::wait_read, std::move(self));
    }

    std::size_t take() {
      auto readable = state->in.readable();
      auto copied = asio::buffer_copy(buffers, asio::buffer(readable));
      state->in.consume(copied);
      return copied;
    }
  };

  template <class ConstBuffers>
  struct WriteOp {
    StatePtr state;
    ConstBuffers buffers;
    bool is_in = false;
    std::size_t size = 0;

    template <class Self>
    void operator()(Self& self) {
      if (is_in) return self.complete(state->failed, state->failed ? 0 : size);
      is_in = true;
      auto at = state;  // self is moved away below
      append();
      bool is_full = at->is_full();
      if (is_full && !at->failed) {
        at->to_wait().on_room = keep(self);
      } else {
        asio::post(at->socket.get_executor(), std::move(self));
      }
      if (is_full || !at->is_corked) flush(at);
    }

    void append() {
      size = asio::buffer_size(buffers);
      auto before = state->out.size();
      state->out.resize(before + size);
      asio::buffer_copy(asio::buffer(state->out.data() + before, size), buffers);
    }
  };

  // Until there is room, or nothing is left.
  struct WaitOp {
    StatePtr state;
    bool for_room;
    enum { starting, waiting, posted } step = starting;

    template <class Self>
    void operator()(Self& self) {
      auto at = state;
      if (step == posted) return self.complete(at->failed);
      if (step == waiting || is_over()) {
        step = posted;
        return asio::post(at->socket.get_executor(), std::move(self));
      }
      step = waiting;
      (for_room ? at->to_wait().on_taken : at->to_wait().on_drained) = keep(self);
      flush(at);
    }

    bool is_over() const {
      if (for_room) return state->failed || !state->is_full();
      return state->failed || (!state->is_sending && state->out.empty());
    }
  };

  StatePtr state_;
};

// Beast asks for these when a WebSocket has closed: what was written leaves first, then our side is shut.
template <class Socket, class Handler>
void async_teardown(boost::beast::role_type, CorkedStream<Socket>& stream, Handler&& handler) {
  stream.async_drain([&socket = stream.next_layer(),
                      handler = std::forward<Handler>(handler)](boost::system::error_code failed) mutable {
    boost::system::error_code ignored;
    socket.shutdown(Socket::shutdown_send, ignored);
    handler(failed);
  });
}

template <class Socket>
void teardown(boost::beast::role_type, CorkedStream<Socket>& stream, boost::system::error_code& failed) {
  stream.next_layer().shutdown(Socket::shutdown_both, failed);
}

}  // namespace hansard::api

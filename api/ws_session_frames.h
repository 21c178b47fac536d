// One WebSocket session above its transport: frames in, commands out, answers and events into the outbox. It knows
// nothing of sockets; ws_session.cpp moves the bytes (API.md section 5).
//
// Invariants: a frame with an id is answered exactly once, in the end; `hello` is the first frame but for errors; an
// event is only seen by who is authenticated.
// Thread: the io thread it belongs to.
// Owns: the outbox, the feed, the subscriptions to the log, the user's socket slot.
// Limits: limits.commands_in_flight_max commands without an answer and as many answers unread; then `may_read` is
// false until some are gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/dispatcher_feed.h"
#include "api/event_subscriptions.h"
#include "api/frames.h"
#include "api/io_thread.h"
#include "api/outbox.h"
#include "api/presence.h"
#include "api/ws_session.h"

namespace hansard::api {

class SocketSession : public std::enable_shared_from_this<SocketSession> {
 public:
  // RFC 6455 section 7.4; 4000 and up are the application's.
  enum : std::uint16_t { kGoingAway = 1001, kTryAgainLater = 1013, kUnauthenticated = 4401, kTooManySockets = 4429 };
  struct Close {
    std::uint16_t code;
    std::string_view reason;  // a literal
  };

  SocketSession(IoThread& thread, Admission admission);
  ~SocketSession() { end(); }

  // True once somebody is authenticated and open() has not been called.
  bool is_to_open() const { return is_to_open_; }
  // Attaches to the dispatcher and says hello.
  asio::awaitable<void> open();

  void on_text(std::string_view text);
  void on_binary();
  // The peer has shown that it is there: by a pong, or by what ends the connection.
  void on_sign_of_life() { is_alive_ = true; }
  // Told by the transport when frames have left.
  void on_written() {
    may_read_again_.notify();
    subscriptions_.on_written();
  }
  bool may_read() const;
  asio::awaitable<void> until_may_read();
  // Returns when all the peer has asked for so far is answered and the answers have been written, or the session is
  // over.
  asio::awaitable<void> until_answered();

  void on_tick(base::MonotonicTime now, base::Timestamp wall);
  // Nothing is read or fed any more; what is under way is still answered. The first reason stays.
  void close(std::uint16_t code, std::string_view reason);
  const std::optional<Close>& close_wanted() const { return close_; }
  // A stranger's only frame is `auth`.
  std::size_t frame_bytes_max() const;
  bool is_drained() const { return in_flight_ == 0 && outbox_->is_empty(); }
  // The socket is gone.
  void end();

  Outbox& outbox() { return *outbox_; }

 private:
  struct Asked {
    std::string id_json;
    domain::Command outline;
    domain::Caller caller;
  };

  std::optional<Problem> over_rate();
  void on_frame(ClientFrame frame);
  void on_auth(const ClientFrame& frame);
  void on_other(const ClientFrame& frame, const domain::Caller& caller);
  void on_typing(const ClientFrame& frame, const domain::Caller& caller);
  void on_presence(const ClientFrame& frame, const domain::Caller& caller);
  void on_call_signal(const ClientFrame& frame, const domain::Caller& caller);
  void on_resume(const ClientFrame& frame);
  void on_events(const ClientFrame& frame, const domain::Caller& caller);
  static asio::awaitable<void> subscribe_on_record(std::shared_ptr<SocketSession> self, std::string id_json,
                                                   domain::Caller caller, EventSubscribe asked);
  void submit(ClientFrame frame, domain::Command command, domain::Caller caller);
  void on_answer(const Asked& asked, engine::Answer answer);
  static asio::awaitable<void> answer_from_views(std::shared_ptr<SocketSession> self, Asked asked, engine::Done done);
  void on_answered();
  // Calls `act` when the views show what the caller was told last, or after a while without that.
  void when_views_follow(const base::UserId& caller, std::function<void()> act);
  static asio::awaitable<void> act_later(std::shared_ptr<SocketSession> self, base::Position wanted,
                                         std::function<void()> act);
  Answered<std::string> subscribe(EventSubscribe asked);
  void leave();

  void ack(std::string_view id_json, std::string_view data);
  void fail(std::string_view id_json, const Problem& problem);
  void push(std::string text) { outbox_->push(make_frame(std::move(text))); }
  void say_hello();
  void resume_from(std::string_view position);

  IoThread& thread_;
  Context& context_;
  std::shared_ptr<Outbox> outbox_;
  std::optional<Identity> identity_;
  UserCounts::Slot slot_;
  std::unique_ptr<const std::string> resume_;  // ?resume=, until hello
  const PresenceStatus presence_;              // of this device when it comes
  PresenceBoard::Lease lease_;                 // while it has said hello and is not closing
  const std::string peer_;                     // address without port
  std::shared_ptr<Feed> feed_;
  EventSubscriptions subscriptions_;
  std::string auth_id_;  // of the first auth frame, answered after hello
  std::optional<Close> close_;
  Signal may_read_again_;
  std::size_t in_flight_ = 0;
  base::MonotonicTime auth_deadline_{};
  bool has_left_ = false;  // nothing comes any more
  bool is_to_open_ = false;
  bool is_open_ = false;   // has said hello
  bool is_alive_ = false;  // has said something since the last tick
};

}  // namespace hansard::api

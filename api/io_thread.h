// One io thread and everything that belongs to it alone: io threads share nothing but the engine, the views and the
// few process-wide tables of `Shared`.
//
// Thread: construct, run and destroy from the server's owner; ask_to_stop from any; the rest on the io thread.
// Owns: the completions, the sessions' tasks and connections, the dispatcher.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/acknowledged.h"
#include "api/completions.h"
#include "api/connections.h"
#include "api/context.h"
#include "api/dispatcher.h"
#include "api/event_tail.h"
#include "api/json.h"
#include "api/load_shedder.h"
#include "api/presence.h"
#include "api/presence_teller.h"
#include "api/rate_limiter.h"
#include "api/server.h"
#include "api/task_group.h"
#include "api/typing.h"
#include "api/user_counts.h"

namespace hansard::api {

// Process-wide, safe from any thread.
struct Shared {
  explicit Shared(const ServerParts& parts)
      : acknowledged(parts.engine.durable()),
        uuids(parts.clock),
        typing(parts.engine, parts.clock, parts.limits.typing_expiry_s),
        presence(parts.clock, std::chrono::milliseconds(parts.limits.presence_debounce_ms)),
        rate_limiter(parts.limits.rate),
        bodies(parts.limits.body_bytes_in_memory_max) {}
  Acknowledged acknowledged;
  base::UuidSource uuids;
  TypingBoard typing;
  PresenceBoard presence;
  PresenceTeller presence_teller{presence};
  CallSignals call_signals;
  RateLimiter rate_limiter;
  UserCounts sockets;
  UserCounts file_transfers;
  UserCounts event_streams;
  UserCounts bodies;
  std::atomic<std::size_t> connections{0};
};

class IoThread {
 public:
  static constexpr std::size_t kScratchBytes = 64u << 10;

  // `ticks_shared`: exactly one of all.
  IoThread(asio::io_context& io, const ServerParts& parts, Shared& shared, bool ticks_shared);
  ~IoThread();

  // Runs until ask_to_stop and then until the last session has ended. No exception leaves it.
  void run();
  // Sessions finish what is begun; after sessions_deadline_ms (server.h) their sockets are closed.
  void ask_to_stop();

  Context& context() { return context_; }
  const Limits& limits() const { return context_.limits; }
  Shared& shared() { return shared_; }
  TaskGroup& tasks() { return tasks_; }
  Connections& connections() { return connections_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  JsonParser& parser() { return parser_; }
  WakeQueue& woken() { return asio::use_service<WakeQueue>(io_); }
  const TlsContext* tls() const { return context_.tls; }  // nothing: plain HTTP
  bool is_stopping() const { return stopping_; }
  base::MonotonicTime now() const { return context_.clock.monotonic(); }
  // kScratchBytes that any session may read into; what it holds is lost at the next co_await.
  char* scratch() { return scratch_.get(); }
  const std::string& date() const { return date_; }  // of the last tick, for the Date field

 private:
  asio::awaitable<void> tick_until_stopped();
  void tick();
  bool is_done() const;
  void listen_to(Shared& shared);
  template <class Push>
  void post_droppable(Push push);

  asio::io_context& io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  Shared& shared_;
  Completions completions_;
  Context context_;
  Connections connections_;
  Dispatcher dispatcher_;
  EventTail event_tail_;
  LoadShedder shedder_;
  TaskGroup tasks_;
  TaskGroup loops_;
  asio::steady_timer ticker_;
  std::unique_ptr<char[]> scratch_;
  JsonParser parser_;
  std::string date_;
  const bool ticks_shared_;
  const std::chrono::milliseconds sessions_deadline_;
  bool stopping_ = false;
  base::MonotonicTime stop_deadline_{};
  std::atomic<std::size_t> pushes_{0};  // posted and not yet run; full means dropped
};

}  // namespace hansard::api

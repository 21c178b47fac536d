// Wake-ups for coroutines: Signal within one io thread, Bell from another thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hansard::api {

namespace asio = boost::asio;

// An event that resets itself: a notify before the wait is kept, several are one. Much cheaper than a timer that is
// cancelled.
//
// Thread: one io thread; at most one waiter, which resumes by a post, never inside notify.
class Signal {
 public:
  explicit Signal(asio::io_context& io) : io_(io) {}

  void notify() {
    if (!waiter_) {
      set_ = true;
      return;
    }
    asio::post(io_, [waiter = std::move(waiter_)]() mutable { waiter->resume(); });
  }

  asio::awaitable<void> wait() {
    if (std::exchange(set_, false)) co_return;
    Store store{*this};
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(std::move(store), asio::use_awaitable);
  }

 private:
  struct Waiter {
    virtual ~Waiter() = default;
    virtual void resume() = 0;
  };
  template <class Handler>
  struct WaiterOf final : Waiter {
    explicit WaiterOf(Handler h) : handler(std::move(h)) {}
    void resume() override { std::move(handler)(); }
    Handler handler;
  };
  struct Store {
    Signal& signal;
    template <class Handler>
    void operator()(Handler handler) {
      signal.waiter_ = std::make_unique<WaiterOf<Handler>>(std::move(handler));
    }
  };

  asio::io_context& io_;
  std::unique_ptr<Waiter> waiter_;
  bool set_ = false;
};

// Lets another thread wake this one without outliving it: after silence() nothing is posted to the io thread any
// more, however late a gate's callback comes.
//
// Thread: ring from any; make and silence on the io thread, where on_ring runs. Rings that come before on_ring has run
// are one.
class Bell : public std::enable_shared_from_this<Bell> {
 public:
  Bell(asio::io_context& io, std::function<void()> on_ring) : io_(&io), on_ring_(std::move(on_ring)) {}

  void ring() {
    std::lock_guard lock(mutex_);
    if (!io_ || std::exchange(rung_, true)) return;
    asio::post(*io_, [self = shared_from_this()] { self->run(); });
  }

  void silence() {
    std::lock_guard lock(mutex_);
    io_ = nullptr;
  }

 private:
  void run() {
    {
      std::lock_guard lock(mutex_);
      rung_ = false;
      if (!io_) return;
    }
    on_ring_();
  }

  std::mutex mutex_;
  asio::io_context* io_;
  bool rung_ = false;
  std::function<void()> on_ring_;
};

}  // namespace hansard::api

// Wake-ups for coroutines: Signal within one io thread (WakeQueue shares it out), Turns among many of one io thread,
// Bell from another thread.
#pragma once

#include <cstddef>
#include <deque>
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

// A coroutine that waits to be resumed.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void resume() = 0;

  // Suspends the coroutine that awaits this and hands it to `keep`, as a std::unique_ptr<Waiter>.
  template <class Keep>
  static asio::awaitable<void> suspend(Keep keep) {
    Store<Keep> store{std::move(keep)};
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(std::move(store), asio::use_awaitable);
  }

 private:
  template <class Handler>
  class Of;
  template <class Keep>
  struct Store {
    Keep keep;
    template <class Handler>
    void operator()(Handler handler) {
      keep(std::make_unique<Of<Handler>>(std::move(handler)));
    }
  };
};

template <class Handler>
class Waiter::Of final : public Waiter {
 public:
  explicit Of(Handler handler) : handler_(std::move(handler)) {}
  void resume() override { std::move(handler_)(); }

 private:
  Handler handler_;
};

// The coroutines of an io thread that were woken: they go on in their order, some in a turn of the loop, so that a
// message to ten thousand sessions holds up whatever else is ready by a few of them. Who is woken behind a crowd of
// kCrowd does not wait for it: the rest of a crowd stands in a line of its own. That line moves on by one more for each
// socket that was read meanwhile: who takes in more than he answers answers later and later.
//
// Thread: the io thread; a service of its io_context, which owns it.
class WakeQueue final : public asio::execution_context::service {
 public:
  static constexpr std::size_t kCrowd = 64;
  static constexpr std::size_t kPerTurn = 16;  // of each line
  using key_type = WakeQueue;
  static inline asio::execution_context::id id;

  explicit WakeQueue(asio::execution_context& io) : service(io), io_(static_cast<asio::io_context&>(io)) {}

  // A socket was read: one more of a crowd goes on in the next turn.
  void keep_pace() {
    if (!crowd_.empty()) ++read_;
  }
  // Resumes it by a post, never inside.
  void push(std::unique_ptr<Waiter> waiter) {
    (first_.size() < kCrowd ? first_ : crowd_).push_back(std::move(waiter));
    if (is_posted_) return;
    asio::post(io_, [this] { run(); });
    is_posted_ = true;  // not before: a post that fails for want of memory is made good by the next push
  }

 private:
  using Line = std::deque<std::unique_ptr<Waiter>>;

  void shutdown() override {
    for (Line* line : {&first_, &crowd_}) std::exchange(*line, {}).clear();
  }

  void run() {
    resume_some(first_, kPerTurn);
    resume_some(crowd_, kPerTurn + std::exchange(read_, 0));
    is_posted_ = !first_.empty() || !crowd_.empty();
    if (is_posted_) asio::post(io_, [this] { run(); });
  }

  static void resume_some(Line& line, std::size_t most) {
    for (std::size_t i = 0; i < most && !line.empty(); ++i) {
      auto waiter = std::move(line.front());
      line.pop_front();
      waiter->resume();
    }
  }

  asio::io_context& io_;
  Line first_, crowd_;
  std::size_t read_ = 0;  // sockets, since the last turn
  bool is_posted_ = false;
};

// An event that resets itself: a notify before the wait is kept, several are one. Much cheaper than a timer that is
// cancelled.
//
// Thread: one io thread; at most one waiter, which resumes by WakeQueue, never inside notify.
class Signal {
 public:
  explicit Signal(asio::io_context& io) : woken_(asio::use_service<WakeQueue>(io)) {}

  void notify() {
    if (!waiter_) {
      set_ = true;
      return;
    }
    woken_.push(std::move(waiter_));
  }

  asio::awaitable<void> wait() {
    if (std::exchange(set_, false)) co_return;
    auto keep = [this](std::unique_ptr<Waiter> waiter) { waiter_ = std::move(waiter); };
    co_await Waiter::suspend(std::move(keep));
  }

 private:
  WakeQueue& woken_;
  std::unique_ptr<Waiter> waiter_;
  bool set_ = false;
};

// For coroutines that have much to do in small steps. Who awaits `next` goes on when it is his turn: one of them in a
// turn of the loop, first come first served. So a thousand of them hold up whatever else is ready by one step, not by a
// thousand.
//
// Thread: one io thread, which it does not outlive.
class Turns {
 public:
  explicit Turns(asio::io_context& io) : io_(io) {}

  asio::awaitable<void> next() {
    auto keep = [this](std::unique_ptr<Waiter> waiter) {
      waiting_.push_back(std::move(waiter));
      give_one();
    };
    co_await Waiter::suspend(std::move(keep));
  }

 private:
  void give_one() {
    if (waiting_.empty() || std::exchange(is_given_, true)) return;
    asio::post(io_, [this] {
      is_given_ = false;
      auto first = std::move(waiting_.front());
      waiting_.pop_front();
      first->resume();
      give_one();
    });
  }

  asio::io_context& io_;
  std::deque<std::unique_ptr<Waiter>> waiting_;
  bool is_given_ = false;
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

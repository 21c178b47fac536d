#include "api/io_thread.h"

#include <exception>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http_wire.h"
#include "api/trace.h"

namespace hansard::api {

namespace {

constexpr std::chrono::milliseconds kTickStopping{10};
constexpr std::size_t kTypingPushesMax = 256;

}  // namespace

IoThread::IoThread(asio::io_context& io, const ServerParts& parts, Shared& shared, bool ticks_typing)
    : io_(io),
      work_(io.get_executor()),
      shared_(shared),
      completions_(io, parts.engine),
      context_{io,           parts.engine,  parts.views,         parts.authenticator,
               parts.limits, parts.metrics, shared.acknowledged, parts.clock,
               shared.uuids, completions_,  &shared.typing,      &shared.rate_limiter},
      dispatcher_(io, parts.engine, parts.views, parts.limits),
      tasks_(io),
      loops_(io),
      ticker_(io),
      scratch_(std::make_unique<char[]>(kScratchBytes)),
      parser_(parts.limits.json_depth_max),
      ticks_typing_(ticks_typing) {
  context_.search = parts.search;
  shared.typing.add_sink([this](const log::TypingTransition& transition) { push_typing(transition); });
  context_.webhooks = parts.webhooks;
}

IoThread::~IoThread() = default;

void IoThread::run() {
  asio::post(io_, [this] {
    tick();
    dispatcher_.start();
    loops_.spawn("tick", tick_until_stopped());
  });
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& e) {
      trace(TraceLevel::error, "io thread caught an exception", {{"error", std::string_view(e.what())}});
    }
  }
}

void IoThread::ask_to_stop() {
  asio::post(io_, [this] {
    if (stopping_) return;
    stopping_ = true;
    stop_deadline_ = now() + std::chrono::milliseconds(limits().shutdown_deadline_ms);
    connections_.ask_to_stop();
    ticker_.cancel();
  });
}

asio::awaitable<void> IoThread::tick_until_stopped() {
  while (!is_done()) {
    ticker_.expires_after(stopping_ ? kTickStopping : kTick);
    boost::system::error_code ended;
    co_await ticker_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    tick();
  }
  dispatcher_.stop();
  work_.reset();
}

void IoThread::tick() {
  auto wall = context_.clock.now();
  date_ = http_date(wall);
  connections_.tick(now(), wall);
  if (ticks_typing_) shared_.typing.tick();
  if (stopping_ && now() >= stop_deadline_) connections_.cut();
}

bool IoThread::is_done() const {
  return stopping_ && tasks_.running() == 0 && connections_.size() == 0 && completions_.in_flight() == 0;
}

void IoThread::push_typing(const log::TypingTransition& transition) {
  if (typing_pushes_.fetch_add(1) >= kTypingPushesMax) {
    typing_pushes_.fetch_sub(1);
    return;
  }
  asio::post(io_, [this, transition] {
    typing_pushes_.fetch_sub(1);
    dispatcher_.push_typing(transition);
  });
}

}  // namespace hansard::api

#include "api/io_thread.h"

#include <exception>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http_wire.h"
#include "api/trace.h"
#include "engine/base/this_thread.h"

namespace hansard::api {

namespace {

constexpr std::chrono::milliseconds kTickStopping{10};
constexpr std::size_t kPushesMax = 256;

}  // namespace

IoThread::IoThread(asio::io_context& io, const ServerParts& parts, Shared& shared, bool ticks_shared)
    : io_(io),
      work_(io.get_executor()),
      shared_(shared),
      completions_(io, parts.engine),
      context_{io,           parts.engine,  parts.views,         parts.authenticator,
               parts.limits, parts.metrics, shared.acknowledged, parts.clock,
               shared.uuids, completions_,  &shared.typing,      &shared.rate_limiter},
      dispatcher_(io, parts.engine, parts.views, parts.limits),
      event_tail_(io, parts.engine),
      shedder_(io, parts.clock),
      tasks_(io),
      loops_(io),
      ticker_(io),
      scratch_(std::make_unique<char[]>(kScratchBytes)),
      parser_(parts.limits.json_depth_max),
      ticks_shared_(ticks_shared),
      sessions_deadline_(parts.sessions_deadline_ms) {
  context_.files = parts.files;
  context_.proofs = parts.proofs;
  context_.file_transfers = &shared.file_transfers;
  context_.event_tail = &event_tail_;
  context_.event_streams = &shared.event_streams;
  context_.bodies = &shared.bodies;
  context_.search = parts.search;
  context_.presence = &shared.presence;
  listen_to(shared);
  context_.webhooks = parts.webhooks;
  context_.consumers = parts.consumers;
  context_.erasures = parts.erasures;
  context_.backups = parts.backups;
  context_.tls = parts.tls;
  context_.shedder = &shedder_;
}

IoThread::~IoThread() = default;

void IoThread::run() {
  base::begin_thread("io");
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
    stop_deadline_ = now() + sessions_deadline_;
    if (ticks_shared_) shared_.presence.stop();
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
  event_tail_.stop();
  shedder_.stop();
  work_.reset();
}

void IoThread::tick() {
  auto wall = context_.clock.now();
  date_ = http_date(wall);
  connections_.tick(now(), wall);
  event_tail_.tick(now());
  if (ticks_shared_) {
    shared_.typing.tick();
    shared_.presence_teller.tick(context_);
  }
  if (stopping_ && now() >= stop_deadline_) connections_.cut();
}

bool IoThread::is_done() const {
  bool is_noted = !ticks_shared_ || shared_.presence_teller.is_drained() || now() >= stop_deadline_;
  return stopping_ && is_noted && tasks_.running() == 0 && connections_.size() == 0 && completions_.in_flight() == 0;
}

void IoThread::listen_to(Shared& shared) {
  shared.typing.add_sink([this](const log::TypingTransition& transition) {
    post_droppable([this, transition] { dispatcher_.push_typing(transition); });
  });
  shared.presence_teller.add_sink([this](PresencePushes pushes) {
    post_droppable([this, pushes = std::move(pushes)] {
      for (const auto& push : *pushes) dispatcher_.push_presence(push);
    });
  });
  shared.call_signals.add_sink(
      [this](const CallSignal& signal) { post_droppable([this, signal] { dispatcher_.push_call_signal(signal); }); });
}

template <class Push>
void IoThread::post_droppable(Push push) {
  if (pushes_.fetch_add(1) >= kPushesMax) {
    pushes_.fetch_sub(1);
    return;
  }
  asio::post(io_, [this, push = std::move(push)] {
    pushes_.fetch_sub(1);
    push();
  });
}

}  // namespace hansard::api

#include "projections/projector.h"

#include <algorithm>

namespace hansard::projections {

namespace {
// Rows cached between batches: a few hundred bytes each.
constexpr std::size_t kRowsCachedMax = 100'000;

base::MonotonicTime now() { return base::system_clock().monotonic(); }
}  // namespace

Projector::Projector(engine::Engine& engine, std::shared_ptr<ViewStore> store, const ViewOptions& options, Hooks hooks)
    : engine_(engine),
      store_(std::move(store)),
      options_(options),
      hooks_(std::move(hooks)),
      fold_(store_, engine.epoch(), kRowsCachedMax) {}

Projector::~Projector() { stop(); }

void Projector::start() {
  flush_due_ = now() + std::chrono::milliseconds(options_.flush_interval_ms);
  thread_ = std::thread([this] { run(); });
}

void Projector::stop() {
  if (!thread_.joinable()) return;
  stop_at_ = engine_.durable().value;
  stopping_ = true;
  bell_->ring();
  thread_.join();
}

void Projector::run() {
  while (!finished()) {
    if (!failed_ && fold_.checkpoint().position < engine_.durable()) {
      step();
    } else {
      wait_for_more();
    }
    flush_when_due();
  }
  if (unflushed_) store_->flush(true);
}

bool Projector::finished() const {
  if (!stopping_) return false;
  std::uint64_t reached = fold_.checkpoint().position.value;
  return failed_ || reached >= stop_at_ || stop_at_ - reached > kStopEventsMax;
}

void Projector::step() {
  Position before = fold_.checkpoint().position;
  auto events = engine_.read(before, options_.batch_events_max);
  if (!events)
    return fail("the log cannot be read after position " + std::to_string(before.value) + ": " + events.error().detail);
  auto folded = fold_.fold(events.value());
  if (fold_.checkpoint().position > before) {
    unflushed_ = true;
    hooks_.committed();
  }
  if (!folded) fail(folded.error().detail);
}

void Projector::fail(std::string why) {
  failed_ = true;
  hooks_.failed(std::move(why));
}

void Projector::wait_for_more() {
  base::PositionGate::Ticket ticket = 0;
  if (!failed_) {
    ticket = engine_.durable_gate().notify_at(fold_.checkpoint().position.next(), [bell = bell_] { bell->ring(); });
  }
  bell_->wait_until(flush_due_);
  if (ticket != 0) engine_.durable_gate().cancel(ticket);
}

void Projector::flush_when_due() {
  if (now() < flush_due_) return;
  flush_due_ = now() + std::chrono::milliseconds(options_.flush_interval_ms);
  if (unflushed_) store_->flush(false);
  unflushed_ = false;
}

void Projector::Bell::ring() {
  {
    std::lock_guard lock(mutex);
    rung = true;
  }
  changed.notify_one();
}

void Projector::Bell::wait_until(base::MonotonicTime deadline) {
  std::unique_lock lock(mutex);
  changed.wait_until(lock, deadline, [this] { return rung; });
  rung = false;
}

}  // namespace hansard::projections

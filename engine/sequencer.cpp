#include "engine/sequencer.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/this_thread.h"

namespace hansard::engine {

namespace {
constexpr base::MonotonicTime kNow{};  // a deadline that is over: nothing is waited for
}  // namespace

Sequencer::Sequencer(const Parts& parts, CommandExpiry expiry, base::Timestamp last_time)
    : options_(parts.options),
      clock_(parts.clock),
      log_(parts.log),
      keys_(parts.keys),
      tail_(parts.tail),
      gate_(parts.gate),
      reader_(parts.reader),
      index_(parts.index),
      batch_(parts.batch),
      counters_(parts.counters),
      expiry_(expiry),
      executor_({parts.options, parts.index, parts.batch, parts.events, parts.counters}),
      queue_(parts.options.queue_commands_max),
      last_time_(last_time) {}

Sequencer::~Sequencer() {
  abandoned_.store(true);
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Sequencer::append_own(domain::EventBody body) {
  begin_batch();
  executor_.record_own(std::move(body));
  commit();
  publish_and_answer();
}

void Sequencer::start() {
  thread_ = std::thread([this] { run(); });
}

bool Sequencer::submit(Pending&& pending) {
  const std::size_t bytes = pending.bytes;
  const std::size_t before = waiting_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  // One command alone always fits.
  if ((before == 0 || before + bytes <= options_.queue_bytes_max) && queue_.try_push(std::move(pending))) return true;
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

void Sequencer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  while (take_commands(kNow)) commit_group();  // what the owner has not stepped through
  index_.stop();
}

void Sequencer::run() {
  base::begin_thread("sequencer");
  while (take_commands(wake_time())) commit_group();
}

bool Sequencer::step() {
  if (take_commands(kNow)) commit_group();
  return next_ < taken_.size() || queue_.size() > 0;
}

void Sequencer::commit_group() {
  note_oldest();
  begin_batch();
  execute_due_receipts();
  execute_commands();
  commit();
  publish_and_answer();
  note_oldest();
  keep_house();
}

// What did not fit into the last batch comes first, and then the queue is not waited for.
bool Sequencer::take_commands(std::optional<base::MonotonicTime> until) {
  if (next_ == taken_.size()) {
    next_ = 0;
    draining_ = !queue_.drain(taken_, until);
  }
  if (abandoned_.load()) return false;
  return !draining_ || executor_.next_due().has_value();
}

// The queue waits by the real monotonic clock, receipts go by the engine's.
std::optional<base::MonotonicTime> Sequencer::wake_time() const {
  const auto due = executor_.next_due();
  if (!due) return std::nullopt;
  return base::system_clock().monotonic() + std::max(*due - clock_.monotonic(), base::MonotonicTime::duration::zero());
}

bool Sequencer::is_overdue(base::MonotonicTime now) const {
  const auto oldest = oldest_.load(std::memory_order_relaxed);
  return oldest < now && now - oldest > std::chrono::milliseconds(options_.queue_wait_max_ms);
}

// Those of the batch at hand wait until it is answered.
void Sequencer::note_oldest() {
  const bool is_waited = next_ < taken_.size();
  oldest_.store(is_waited ? taken_[next_].submitted : base::MonotonicTime::max(), std::memory_order_relaxed);
}

void Sequencer::begin_batch() {
  last_time_ = std::max(last_time_, clock_.now());
  batch_.begin(index_.folded_through(), last_time_);
}

void Sequencer::execute_due_receipts() {
  const auto now = clock_.monotonic();
  const auto until = draining_ ? base::MonotonicTime::max() : now;
  while (!is_full() && executor_.execute_due(until, now)) {
  }
}

void Sequencer::execute_commands() {
  const auto now = clock_.monotonic();
  executor_.prepare(std::span(taken_).subspan(next_, std::min(taken_.size() - next_, options_.batch_commands_max)));
  std::size_t bytes = 0;
  for (; !is_full() && next_ < taken_.size(); ++next_) {
    bytes += taken_[next_].bytes;
    executor_.execute(std::move(taken_[next_]), now);
  }
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

bool Sequencer::is_full() const {
  return batch_.answers() >= options_.batch_commands_max || batch_.bytes() >= options_.batch_bytes_max;
}

void Sequencer::commit() {
  const bool appends = !batch_.entries().empty();
  if (keys_.unsynced() > (appends ? 0 : KeyStore::kUnsyncedMax)) keys_.sync();
  if (!appends) return;
  const auto before = clock_.monotonic();
  const auto outcome = log_.append(base::kPartition, batch_.base(), batch_.records());
  CHECK(outcome == log::AppendOutcome::appended, "another writer moved the log's head from", batch_.base().value);
  note_sync(before, clock_.monotonic());
}

void Sequencer::publish_and_answer() {
  const bool has_events = !batch_.entries().empty();
  if (has_events) {
    tail_.publish(batch_.entries());
    gate_.reach(batch_.head());
  }
  batch_.deliver();
  if (has_events) gate_.ring();  // the views; on a busy processor they would go before the answers
}

void Sequencer::keep_house() {
  index_.seal_if_full();
  if (expiry_.advance(clock_.monotonic(), last_time_, reader_)) index_.keep_commands_from(expiry_.kept_from());
}

void Sequencer::note_sync(base::MonotonicTime from, base::MonotonicTime to) {
  const auto ns = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count());
  counters_.commits.fetch_add(1, std::memory_order_relaxed);
  counters_.events.fetch_add(batch_.entries().size(), std::memory_order_relaxed);
  counters_.commit_events.add(static_cast<double>(batch_.entries().size()));
  counters_.sync_seconds.add(static_cast<double>(ns) / 1e9);
  counters_.sync_ns_max.store(std::max(counters_.sync_ns_max.load(), ns));
}

}  // namespace hansard::engine

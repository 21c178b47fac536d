// The event log in memory, behind the same seam as the real one: what most simulated histories run on. What was
// appended stands in a MemoryStore that outlives the log, so that a test can crash an engine and open another one.
//
// A test may hold the sync: append then waits, its records neither durable nor readable, until release_syncs().
// Thread: as EventLog says; the store's own methods from any.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/log/event_log.h"
#include "engine/log/typing_lane.h"

namespace hansard::support {

struct MemoryStore {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> records;  // position 1 first; a deque so that a reader's record stays where it is
  std::map<std::string, std::string, std::less<>> meta;
  std::uint32_t epoch = 1;
  bool has_reserve = true;
  bool hold_syncs = false;
  std::size_t held = 0;         // appends that wait now
  std::size_t appends = 0;      // finished
  std::size_t reads = 0;        // calls of read and get
  bool conflict_next = false;   // somebody else's append comes first
  bool keep_old_files = false;  // a purge finds somebody holding them

  void hold() {
    std::lock_guard lock(mutex);
    hold_syncs = true;
  }
  void release() {
    std::lock_guard lock(mutex);
    hold_syncs = false;
    changed.notify_all();
  }
  void wait_until_held() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return held > 0; });
  }
  std::size_t size() {
    std::lock_guard lock(mutex);
    return records.size();
  }
  // What power loss without a sync would do to another kind of log.
  void cut(std::size_t records_kept) {
    std::lock_guard lock(mutex);
    records.resize(records_kept);
  }
};

class MemoryLog final : public log::EventLog {
 public:
  explicit MemoryLog(std::shared_ptr<MemoryStore> store) : store_(std::move(store)), gate_({store_->size()}) {}

  log::AppendOutcome append(base::PartitionId, log::Position expected_head,
                            std::span<const std::string_view> records) override {
    std::unique_lock lock(store_->mutex);
    ++store_->held;
    store_->changed.notify_all();
    store_->changed.wait(lock, [this] { return !store_->hold_syncs; });
    --store_->held;
    if (store_->conflict_next || expected_head.value != store_->records.size()) return log::AppendOutcome::conflict;
    for (auto record : records) store_->records.emplace_back(record);
    ++store_->appends;
    const log::Position head{store_->records.size()};
    lock.unlock();
    gate_.advance(head);
    return log::AppendOutcome::appended;
  }

  void overwrite(base::PartitionId, std::span<const log::Replacement> replacements) override {
    std::lock_guard lock(store_->mutex);
    for (const auto& one : replacements) store_->records.at(one.at.value - 1) = one.record;
  }
  base::Result<bool> purge(base::PartitionId, log::Position, log::Position) override { return !store_->keep_old_files; }

  log::Position durable(base::PartitionId) const override { return gate_.reached(); }
  base::PositionGate& durable_gate(base::PartitionId) override { return gate_; }

  base::Result<log::Position> read(base::PartitionId, log::Position from, log::ReadLimits limits,
                                   const Sink& sink) const override {
    log::Position at = from;
    std::size_t bytes = 0;
    count_read();
    for (std::size_t n = 0; n < limits.events_max && bytes < limits.bytes_max && at <= gate_.reached(); ++n) {
      const std::string& record = record_at(at);
      bytes += record.size();
      at = at.next();
      if (!sink(log::Position{at.value - 1}, record)) break;
    }
    return log::Position{at.value - 1};
  }

  base::Result<std::string> get(base::PartitionId, log::Position at) const override {
    count_read();
    if (!at || at > gate_.reached()) return base::error(base::ErrorCode::not_found, "above the durable position");
    return record_at(at);
  }

  base::Result<std::string> meta(std::string_view name) const override {
    std::lock_guard lock(store_->mutex);
    auto it = store_->meta.find(name);
    if (it == store_->meta.end()) return base::error(base::ErrorCode::not_found, "no such meta value");
    return it->second;
  }
  base::Result<void> put_meta(std::string_view name, std::string_view value) override {
    std::lock_guard lock(store_->mutex);
    store_->meta[std::string(name)] = value;
    return base::success();
  }

  std::uint32_t epoch() const override {
    std::lock_guard lock(store_->mutex);
    return store_->epoch;
  }
  bool has_disk_reserve() const override {
    std::lock_guard lock(store_->mutex);
    return store_->has_reserve;
  }

 private:
  const std::string& record_at(log::Position at) const {
    std::lock_guard lock(store_->mutex);
    return store_->records[at.value - 1];
  }
  void count_read() const {
    std::lock_guard lock(store_->mutex);
    ++store_->reads;
  }

  std::shared_ptr<MemoryStore> store_;
  base::PositionGate gate_;
};

// Keeps what it is given.
class MemoryTypingLane final : public log::TypingLane {
 public:
  void append(const log::TypingTransition& transition) override {
    std::lock_guard lock(mutex_);
    transitions_.push_back(transition);
  }
  void read(const std::function<bool(std::uint64_t, const log::TypingTransition&)>& sink) const override {
    std::lock_guard lock(mutex_);
    std::uint64_t number = 0;
    for (const auto& transition : transitions_) {
      if (!sink(++number, transition)) return;
    }
  }
  void expire(base::Timestamp) override {}
  std::uint64_t dropped() const override { return 0; }

 private:
  mutable std::mutex mutex_;
  std::deque<log::TypingTransition> transitions_;
};

}  // namespace hansard::support

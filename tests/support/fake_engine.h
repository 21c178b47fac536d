// An Engine that is a vector of events: what the read side's tests stand on. `append` makes events durable at once and
// rings the gate; a log that was restored from an older backup is a new FakeEngine with fewer of them.
//
// Thread: append from one; the rest from any.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/engine.h"

namespace hansard::support {

class FakeEngine final : public engine::Engine {
 public:
  explicit FakeEngine(std::vector<engine::EventPtr> events = {}, std::uint32_t epoch = 1)
      : events_(std::move(events)), epoch_(epoch), gate_(base::Position{events_.size()}) {}

  void append(domain::RecordedEvent event) {
    base::Position at;
    {
      std::lock_guard lock(mutex_);
      at = {events_.size() + 1};
      event.position = at;
      events_.push_back(std::make_shared<const domain::RecordedEvent>(std::move(event)));
    }
    gate_.advance(at);
  }

  // From now on a read that would give the event at `at` fails.
  void break_read_at(base::Position at) {
    std::lock_guard lock(mutex_);
    broken_at_ = at;
  }
  // A read gives at most this many, as a byte limit would.
  void answer_at_most(std::size_t events_max) {
    std::lock_guard lock(mutex_);
    answer_max_ = events_max;
  }

  // What metrics() answers from now on.
  void set_metrics(const engine::Metrics& metrics) {
    std::lock_guard lock(mutex_);
    metrics_ = metrics;
  }

  void submit(engine::Submission submission) override {
    std::vector<engine::Completion> refused(1);
    refused[0].token = submission.token;
    refused[0].answer = engine::Overloaded{};
    submission.sink->deliver(std::move(refused));
  }
  base::Position durable() const override { return gate_.reached(); }
  base::PositionGate& durable_gate() override { return gate_; }
  std::uint32_t epoch() const override { return epoch_; }

  base::Result<std::vector<engine::EventPtr>> read(base::Position after, std::size_t events_max) const override {
    std::lock_guard lock(mutex_);
    std::size_t from = std::min<std::size_t>(after.value, events_.size());
    std::size_t count = std::min({events_max, answer_max_, events_.size() - from});
    if (broken_at_ > after && broken_at_.value <= from + count) {
      return base::error(base::ErrorCode::corrupt, "the record is damaged");
    }
    auto first = events_.begin() + static_cast<std::ptrdiff_t>(from);
    return std::vector<engine::EventPtr>(first, first + static_cast<std::ptrdiff_t>(count));
  }
  base::Result<engine::EventPtr> get(base::Position at) const override {
    std::lock_guard lock(mutex_);
    if (!at || at.value > events_.size()) return base::error(base::ErrorCode::not_found, "no such position");
    return events_[at.value - 1];
  }

  void append_typing(const log::TypingTransition&) override {}
  engine::Metrics metrics() const override {
    std::lock_guard lock(mutex_);
    return metrics_;
  }
  void stop() override {}

 private:
  mutable std::mutex mutex_;
  std::vector<engine::EventPtr> events_;
  const std::uint32_t epoch_;
  std::size_t answer_max_ = SIZE_MAX;
  base::Position broken_at_;
  engine::Metrics metrics_;
  base::PositionGate gate_;
};

}  // namespace hansard::support

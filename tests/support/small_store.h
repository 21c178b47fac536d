// What tests open a whole store with (the real engine and views in a temporary folder, their clock in the test's hand),
// and one command answered.
//
// Thread: any.
#pragma once

#include <condition_variable>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/engine.h"
#include "projections/views.h"

namespace hansard::support {

// Small caches; reads are recorded at once.
inline engine::Options small_engine(const std::string& folder) {
  engine::Options options;
  options.queue_wait_max_ms = std::numeric_limits<std::uint32_t>::max();  // a clock that is set is no queue
  options.data_folder = folder;
  options.receipt_interval_ms = 0;
  options.log.write_buffer_bytes = 1u << 20;
  options.log.block_cache_bytes = 1u << 20;
  options.log.disk_reserve_bytes = 0;
  options.index_cache_bytes = 1u << 20;
  return options;
}

inline projections::ViewOptions small_views(const std::string& folder) {
  projections::ViewOptions options;
  options.data_folder = folder;
  options.write_buffer_bytes = 1u << 20;
  options.block_cache_bytes = 1u << 20;
  return options;
}

// The first answer that is delivered.
class FirstAnswer final : public engine::AnswerSink {
 public:
  void deliver(std::vector<engine::Completion> completions) override {
    std::lock_guard lock(mutex_);
    answer_ = std::move(completions.front().answer);
    changed_.notify_one();
  }
  engine::Answer wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answer_.has_value(); });
    return *std::move(answer_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<engine::Answer> answer_;
};

// Submits and waits for the answer.
inline engine::Answer answer_to(engine::Engine& engine, domain::Command command, domain::Caller caller) {
  FirstAnswer sink;
  engine.submit({std::move(command), std::move(caller), "", 0, &sink});
  return sink.wait();
}

// A version 7 id of no particular time.
template <class Id>
Id random_id() {
  Id id;
  base::random_bytes(id.bytes);
  id.bytes[6] = 0x70;
  return id;
}

}  // namespace hansard::support

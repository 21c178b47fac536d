// The loop behind the views: read from the checkpoint up to the durable position, apply, commit, tell, wait at the
// durable gate. An event that cannot be applied stops it for good: nothing is skipped, and what was applied before
// stays served.
//
// Invariants: I3. Thread: its own; start and stop from the owner. Owns: its thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/base/clock.h"
#include "engine/engine.h"
#include "projections/view_fold.h"
#include "projections/views.h"

namespace hansard::projections {

class Projector {
 public:
  // On stop what is durable is applied, unless it is more than this: then the next start goes on from there.
  static constexpr std::uint64_t kStopEventsMax = 200'000;

  // Both run on the projector's thread.
  struct Hooks {
    std::function<void()> committed;
    std::function<void(std::string why)> failed;  // once; nothing is committed afterwards
  };

  Projector(engine::Engine& engine, std::shared_ptr<ViewStore> store, const ViewOptions& options, Hooks hooks);
  ~Projector();
  void start();
  // Catches up, flushes, joins. Idempotent.
  void stop();

 private:
  // Rung by the gate and by stop; outlives the projector in a callback that comes late.
  struct Bell {
    std::mutex mutex;
    std::condition_variable changed;
    bool rung = false;
    void ring();
    void wait_until(base::MonotonicTime deadline);
  };

  void run();
  bool finished() const;
  void step();
  void fail(std::string why);
  void wait_for_more();
  void flush_when_due();

  engine::Engine& engine_;
  std::shared_ptr<ViewStore> store_;
  const ViewOptions options_;
  Hooks hooks_;
  ViewFold fold_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  bool failed_ = false;
  bool unflushed_ = false;
  base::MonotonicTime flush_due_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> stop_at_ = 0;
  std::thread thread_;
};

}  // namespace hansard::projections

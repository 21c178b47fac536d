// The loop behind the views: read from the checkpoint up to the durable position, apply, commit, tell, wait at the
// durable gate. Views that stand at the same position share one read; one that is behind the others (a new one, or one
// that is built again) catches up in batches of its own between theirs, until it meets them. An event that a view
// cannot apply stops that view for good, and the others go on: nothing is skipped, and what was applied before stays
// served.
//
// Many small batches cost several times as much as a few large ones, and take the cores from the threads that answer.
// So after a batch the projector rests for kRestShare times its work, kRestMax at most, unless somebody waits for a
// view or it is far behind. Clients do not notice the rest: a read waits for the positions its caller was told of, and
// a wait hurries the projector. For the same reason everybody else goes first while it folds (base::StepBack), unless
// the views are late.
//
// Invariants: I3. Thread: its own; start, stop and run_between_batches from others. Owns: its thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/step_back.h"
#include "engine/engine.h"
#include "projections/live_view.h"
#include "projections/views.h"

namespace hansard::projections {

class Projector {
 public:
  // On stop what is durable is applied, unless it is more than this: then the next start goes on from there.
  static constexpr std::uint64_t kStopEventsMax = 200'000;
  // Of a batch while far behind: written as sorted files.
  static constexpr std::size_t kCatchUpEvents = 16'384;
  static constexpr int kRestShare = 8;
  static constexpr std::chrono::milliseconds kRestMax{20};

  // The views outlive it.
  Projector(engine::Engine& engine, std::vector<LiveView*> views, const ViewOptions& options);
  ~Projector();
  void start();
  // Catches up, flushes, joins. Idempotent.
  void stop();
  // One batch for the foremost views and one for a straggler. False: there was nothing to do. The loop's body; instead
  // of start() its owner may call it himself, as a simulation does.
  bool step();

  // Runs `task` on the projector's thread while no batch is under way, and returns when it has run. False: the
  // projector is stopping or was never started, and the task will not run.
  bool run_between_batches(std::function<void()> task);

 private:
  // Rung by the gate, by a task, by stop and by who waits for a view; outlives the projector in a callback that comes
  // late.
  struct Bell {
    std::mutex mutex;
    std::condition_variable changed;
    bool rung = false;
    base::StepBack back;  // hurried since the last batch began?
    void ring();
    void hurry();
    void wait_until(base::MonotonicTime deadline);
  };
  struct Task {
    std::function<void()> work;
    bool done = false, refused = false;
  };

  void run();
  bool finished() const;
  std::vector<LiveView*> at(Position position) const;
  // Where the foremost view stands; nothing when all have stopped.
  std::optional<Position> lead() const;
  // Where the rearmost of those that have not stopped stands.
  Position trail() const;
  LiveView* straggler() const;
  // Reads once, up to `last`, for views that stand at one position.
  void feed(const std::vector<LiveView*>& views, Position last);
  void run_task();
  void refuse_tasks();
  bool is_behind() const;
  bool may_rest() const;
  void work();
  void wait_for_more();
  void flush_when_due();

  engine::Engine& engine_;
  const std::vector<LiveView*> views_;
  const ViewOptions options_;
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  base::MonotonicTime flush_due_;
  base::MonotonicTime rest_until_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> stop_at_ = 0;

  std::mutex task_mutex_;
  std::condition_variable task_changed_;
  Task* task_ = nullptr;  // one at a time
  bool takes_tasks_ = false;
  std::thread thread_;
};

}  // namespace hansard::projections

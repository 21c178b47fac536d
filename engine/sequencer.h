// The single writer of a partition (I11). Its loop is a group commit: take what is queued, execute each command against
// the write index, append all events with one synced write, publish, answer. While the sync runs, the queue fills the
// next batch; there is no artificial delay.
//
// Invariants: I4 nobody sees an event before its sync: the tail is published first, then the gate rises, then the
// answers leave. A rejection leaves with the batch whose events it was decided against. Time never goes back from one
// event to the next, so a clock that was set back repeats the last time until it has caught up.
// Thread: submit from any; start and stop from the owner. A conflict, a storage error or any other surprise aborts.
// Instead of start() the owner may call step() himself: then nothing runs but what he calls.
// Limits: queue_commands_max and queue_bytes_max waiting, queue_wait_max_ms of the oldest, batch_commands_max answers
// or batch_bytes_max per commit.
#pragma once

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/position_gate.h"
#include "engine/batch.h"
#include "engine/command_expiry.h"
#include "engine/counters.h"
#include "engine/event_reader.h"
#include "engine/executor.h"
#include "engine/index/write_index.h"
#include "engine/keys.h"
#include "engine/log/event_log.h"
#include "engine/options.h"
#include "engine/tail.h"

namespace hansard::engine {

class Sequencer {
 public:
  // Everything outlives the sequencer.
  struct Parts {
    const Options& options;
    base::Clock& clock;
    log::EventLog& log;
    KeyStore& keys;
    Tail& tail;
    base::PositionGate& gate;
    const EventReader& reader;
    index::WriteIndex& index;
    Batch& batch;
    const EventLookup& events;
    Counters& counters;
  };

  // `last_time` is that of the newest event of the log.
  Sequencer(const Parts& parts, CommandExpiry expiry, base::Timestamp last_time);
  // Without stop(): ends after the batch in hand, unanswered commands stay so, the index is not folded.
  ~Sequencer();

  // Appends an event of the system's own before start(): no command, no answer.
  void append_own(domain::EventBody body);
  void start();
  // One group commit of what is queued and due, without waiting. Never after start(). True: more is queued.
  bool step();
  // False, with `pending` untouched, when the queue is full or closed.
  [[nodiscard]] bool submit(Pending&& pending);
  // Takes no more, finishes what is queued and parked, folds the index.
  void stop();

  // The oldest command without an answer has waited for queue_wait_max_ms: whoever comes now would wait as long.
  bool is_overdue(base::MonotonicTime now) const;
  std::size_t queue_depth() const { return queue_.size(); }

 private:
  void run();
  bool take_commands(std::optional<base::MonotonicTime> until);
  void commit_group();
  void begin_batch();
  void execute_due_receipts();
  void execute_commands();
  void commit();
  void publish_and_answer();
  void keep_house();
  void note_oldest();

  bool is_full() const;
  std::optional<base::MonotonicTime> wake_time() const;
  void note_sync(base::MonotonicTime from, base::MonotonicTime to);

  const Options& options_;
  base::Clock& clock_;
  log::EventLog& log_;
  KeyStore& keys_;
  Tail& tail_;
  base::PositionGate& gate_;
  const EventReader& reader_;
  index::WriteIndex& index_;
  Batch& batch_;
  Counters& counters_;
  CommandExpiry expiry_;
  Executor executor_;

  base::BoundedQueue<Pending> queue_;
  std::atomic<std::size_t> waiting_bytes_ = 0;                           // of queued and taken commands
  std::atomic<base::MonotonicTime> oldest_{base::MonotonicTime::max()};  // of the taken; max: nobody waits
  std::vector<Pending> taken_;  // drained from the queue; those before next_ are executed
  std::size_t next_ = 0;
  bool draining_ = false;  // the queue is closed and empty: receipts need not wait
  base::Timestamp last_time_;
  std::atomic<bool> abandoned_ = false;
  std::thread thread_;
};

}  // namespace hansard::engine

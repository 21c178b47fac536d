// The middle of the sequencer: one command becomes events in the batch, a change of the index, and an answer that
// waits for the sync.
//
//   known id? -> its outcome | decide -> rejection | receipt to park | events: stamp, fold, encode -> answer
//
// Only commands that appended events are kept by their id: the record carries it, so a rebuilt index knows it. One
// that was accepted and changed nothing is decided again when it is repeated, and so is one whose refusal is an event.
// Thread: the sequencer's. Everything in Parts outlives it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/batch.h"
#include "engine/counters.h"
#include "engine/event_lookup.h"
#include "engine/index/write_index.h"
#include "engine/options.h"
#include "engine/receipts.h"
#include "engine/submission.h"

namespace hansard::engine {

class Executor {
 public:
  struct Parts {
    const Options& options;
    index::WriteIndex& index;
    Batch& batch;
    const EventLookup& events;
    Counters& counters;
  };

  explicit Executor(const Parts& parts);

  // Tells what is coming in this batch, so that it can be looked up together.
  void prepare(std::span<const Pending> coming);
  void execute(Pending pending, base::MonotonicTime now);
  // One group of parked receipts whose time has come at `until`. False: there is none.
  bool execute_due(base::MonotonicTime until, base::MonotonicTime now);
  // An event of the system's own: no command, no answer.
  void record_own(domain::EventBody body);
  // When execute_due has something next.
  std::optional<base::MonotonicTime> next_due() const { return receipts_.next_due(); }

 private:
  bool answer_known(const Pending& pending);
  bool answer_parked_elsewhere(const Pending& pending);
  bool park(Pending& pending, const domain::Accepted& accepted, base::MonotonicTime now);
  void flush_reads_before(const domain::Command& command, const domain::Caller& caller, base::MonotonicTime now);
  void execute_group(Receipts::Group group, base::MonotonicTime now);

  domain::Decision decide(const Pending& pending) const;
  Done apply(const Pending& pending, domain::Accepted accepted);
  base::StreamId stream_of(const domain::EventBody& body) const;
  std::vector<EventPtr> record(const Pending& pending, std::vector<domain::EventBody> bodies);
  Done unchanged(const Pending& pending, const domain::Accepted& accepted) const;
  Done repeated(const domain::Accepted& accepted) const;
  Done replayed(const Pending& pending, const index::CommandRow& row) const;
  void reject(const Pending& pending, domain::Rejection rejection);

  const Options& options_;
  index::WriteIndex& index_;
  Batch& batch_;
  const EventLookup& events_;
  Counters& counters_;
  Receipts receipts_;
};

// What an accepted command that appended `events` answers; they stand in the log, so a replay says the same.
Done outcome_of(std::vector<EventPtr> events);

}  // namespace hansard::engine

// The write side's façade: what api, projections and replay use of it. A command goes in by `submit`, its answer comes
// back through the submitter's sink after the sync; events come out by position through `read`.
//
// Thread: submit, read, typing from any; answers are delivered on the sequencer's thread, one call per group commit
// and sink, but Overloaded and DiskFull, which may come inside submit on its caller's thread. A sink must only post
// elsewhere.
// Owns: the log, the write index, the keys, the typing lane and the threads of the sequencer and the index folder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/position_gate.h"
#include "engine/base/result.h"
#include "engine/domain/commands.h"
#include "engine/domain/decide.h"
#include "engine/domain/events.h"
#include "engine/histogram.h"
#include "engine/options.h"

namespace hansard::engine {

using base::Position;
using base::Result;
// Shared and immutable: the tail, the projector, the dispatcher and answers hold the same one.
using EventPtr = std::shared_ptr<const domain::RecordedEvent>;

// The same key was used with another request: 422 idempotency_key_reused.
struct KeyReused {};
// The queue was full, its oldest command waited too long, or the server is stopping: delivered inside submit, on its
// caller's thread. Or too many receipts wait: on the sequencer's.
struct Overloaded {};
struct DiskFull {};  // no room beyond the disk reserve: delivered inside submit, on its caller's thread

// An accepted command. `events` are what it appended; for a replayed command what it appended then, for one that
// changed nothing empty.
struct Done {
  std::vector<EventPtr> events;
  Position position;      // of the last event, or the durable position when nothing changed
  base::Version version;  // of the conversation after the command; 0 for user streams
  bool created = false;   // 201
  bool changed = true;
  bool replayed = false;  // Idempotency-Replayed, or a repeated client-made id
  domain::ConversationId conversation;
  std::optional<domain::MessageId> message;
};

using Answer = std::variant<Done, domain::Rejection, KeyReused, Overloaded, DiskFull>;

struct Completion {
  std::uint64_t token = 0;  // the submitter's own
  Answer answer;
};

// One per io thread. Outlives every submission made with it.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void deliver(std::vector<Completion> completions) = 0;
};

struct Submission {
  domain::Command command;
  domain::Caller caller;
  std::string idempotency_key;  // "" for none; 1-64 visible ASCII
  std::uint64_t token = 0;
  AnswerSink* sink = nullptr;
};

// Counters a metrics page shows; a snapshot.
struct Metrics {
  std::uint64_t commits = 0, commands = 0, events = 0, rejections = 0, replays = 0;
  std::uint64_t queue_depth = 0, index_overlay_events = 0, typing_dropped = 0;
  HistogramCounts<kSyncSeconds.size()> sync_seconds;
  HistogramCounts<kCommitEvents.size()> commit_events;
  std::uint64_t sync_ns_max = 0;
  bool has_disk_reserve = true;
};

class Engine {
 public:
  // Opens (or creates) the data folder, recovers, catches the index up and starts the sequencer. Errors: see
  // log::open_rocks_log; nothing on disk has changed after in_use, unsupported or refused.
  static Result<std::unique_ptr<Engine>> open(const Options& options, base::Clock& clock);
  // What is durable in a stopped (or running) data folder, for tools: nothing on disk changes, every command is
  // answered Overloaded.
  static Result<std::unique_ptr<Engine>> open_read_only(const std::string& data_folder);
  // Without stop() before it: as a crash, answers may be missing and the next start folds what this one had not.
  virtual ~Engine() = default;

  // Answers through the sink, exactly once; what is refused at once (Overloaded, DiskFull) before this returns.
  virtual void submit(Submission submission) = 0;

  virtual Position durable() const = 0;
  virtual base::PositionGate& durable_gate() = 0;
  virtual std::uint32_t epoch() const = 0;

  // Up to `events_max` durable events after `after`, in order, from the tail or the log. A short answer means the
  // durable position (or a byte limit) was reached; empty means nothing is after `after`.
  virtual Result<std::vector<EventPtr>> read(Position after, std::size_t events_max) const = 0;
  virtual Result<EventPtr> get(Position at) const = 0;
  // The records themselves, for what needs their bytes: proofs, exports, verification. Nothing: events made up by a
  // test, without a log behind them.
  virtual const log::EventLog* log() const { return nullptr; }

  // ---- Erasing: for the eraser alone (projections/process/eraser.h), from its one thread.
  // Overwrites the records at `positions`, all durable, without their content, synced (I5: the leaf stays); nobody
  // reads the content any more. How many there are without content now. `refused`: there is no log behind this engine.
  virtual Result<std::uint64_t> erase_content(std::span<const Position> positions);
  // Takes off the disk what was overwritten from `first` to `last` (none: 0), the rows of the write index that events
  // up to `through` replaced, and what an accepted loss left beside the log, which nobody can erase in. False: not all
  // of it yet, call again later, after another command was executed. Slow; everything else goes on.
  virtual Result<bool> purge_erased(Position first, Position last, Position through);

  // Appends to the typing lane; no position, no ack, may be dropped.
  virtual void append_typing(const log::TypingTransition& transition) = 0;

  virtual Metrics metrics() const = 0;

  // Stops taking commands, finishes what is queued, syncs, closes. Idempotent.
  virtual void stop() = 0;
};

}  // namespace hansard::engine

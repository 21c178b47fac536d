// The Engine of this process: owns every part of the write side and starts and stops them in order. Its destructor
// without stop() is a crash as far as the disk is concerned. With storage.has_threads false it has none of its own: its
// owner calls step and step_index where the threads of the sequencer and the index folder would run.
//
// Thread: as Engine says; stop() from one thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/assemble.h"
#include "engine/batch.h"
#include "engine/counters.h"
#include "engine/event_lookup.h"
#include "engine/event_reader.h"
#include "engine/sequencer.h"
#include "engine/tail.h"

namespace hansard::engine {

class LocalEngine final : public Engine {
 public:
  LocalEngine(const Options& options, base::Clock& clock, Storage storage);
  ~LocalEngine() override;

  // Everything up to the sequencer's first command.
  Result<void> open();
  void start() { sequencer_->start(); }
  // One group commit of what is queued and due. Instead of start(). True: more is queued.
  bool step() { return sequencer_->step(); }
  // One piece of the index folder's work. False: there was none.
  bool step_index() { return index_->step(); }

  void submit(Submission submission) override;
  Position durable() const override { return gate_.reached(); }
  base::PositionGate& durable_gate() override { return gate_; }
  std::uint32_t epoch() const override { return storage_.log->epoch(); }
  Result<std::vector<EventPtr>> read(Position after, std::size_t events_max) const override;
  Result<EventPtr> get(Position at) const override;
  const log::EventLog* log() const override { return storage_.log.get(); }
  Result<std::uint64_t> erase_content(std::span<const Position> positions) override;
  Result<bool> purge_erased(Position first, Position last, Position through) override;
  void append_typing(const log::TypingTransition& transition) override;
  Metrics metrics() const override;
  void stop() override;

 private:
  Result<void> open_keys();
  Result<void> open_index(const CommandExpiry& expiry);
  Result<void> catch_up();
  Result<base::Timestamp> warm_tail();
  void expire_typing();

  const Options options_;
  base::Clock& clock_;
  Storage storage_;
  base::PositionGate gate_;
  Tail tail_;
  EventReader reader_;
  Batch batch_;
  EventLookup events_;
  Counters counters_;
  std::unique_ptr<KeyStore> keys_;
  std::unique_ptr<index::WriteIndex> index_;
  std::unique_ptr<Sequencer> sequencer_;  // last: its thread ends before what it uses
  std::atomic<std::int64_t> typing_expired_ms_ = 0;
};

}  // namespace hansard::engine

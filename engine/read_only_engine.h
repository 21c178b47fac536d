// An Engine that only reads, for tools on a stopped folder or beside a running server: what was durable when it was
// opened. Every command is answered Overloaded; nothing on disk changes.
//
// Thread: as Engine says.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/event_reader.h"
#include "engine/log/event_log.h"
#include "engine/tail.h"

namespace hansard::engine {

class ReadOnlyEngine final : public Engine {
 public:
  explicit ReadOnlyEngine(std::unique_ptr<log::EventLog> log);
  // Of a folder whose lock the caller holds: nobody writes, and everything there counts.
  static Result<std::unique_ptr<Engine>> open_locked(const std::string& data_folder);

  void submit(Submission submission) override;
  Position durable() const override { return gate_.reached(); }
  base::PositionGate& durable_gate() override { return gate_; }
  std::uint32_t epoch() const override { return log_->epoch(); }
  Result<std::vector<EventPtr>> read(Position after, std::size_t events_max) const override;
  Result<EventPtr> get(Position at) const override;
  const log::EventLog* log() const override { return log_.get(); }
  void append_typing(const log::TypingTransition&) override {}
  Metrics metrics() const override { return {}; }
  void stop() override {}

 private:
  std::unique_ptr<log::EventLog> log_;
  base::PositionGate gate_;
  Tail no_tail_;
  EventReader reader_;
};

}  // namespace hansard::engine

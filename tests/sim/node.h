// The server of a simulated world: the real engine, views, dispatchers, router and sessions on a simulated disk, with
// no thread of its own. Each method does what one thread would do when it is woken, once; whoever calls them decides
// the order.
//
//   step_sequencer   one group commit      step_index    one piece of the index folder
//   step_projector   one batch of views    poll          one handler of an io thread
//   step_timers      every timer that is due; what is queued is committed with its commands
//
// Invariants: nothing happens between calls. `abandon` is the end of the process: nothing is finished, nothing is
// destroyed that could still say something. On RocksDB the databases are closed unflushed; only its log closes in good
// order, as it has nothing that was not synced.
// Thread: one.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "projections/live_view.h"
#include "projections/projector.h"
#include "projections/unread_memo.h"
#include "tests/sim/bugs.h"
#include "tests/sim/disk.h"
#include "tests/sim/sizes.h"

namespace hansard::api {
class IoThread;
struct Limits;
struct ServerParts;
struct Shared;
}  // namespace hansard::api
namespace hansard::engine {
class LocalEngine;
}

namespace hansard::sim {

// The views without their thread and their folders.
class SteppedViews final : public projections::Views {
 public:
  SteppedViews(engine::Engine& engine, Disk& disk, std::size_t batch_events_max, Bug bug);
  base::Position applied() const override { return chat_.gate().reached(); }
  base::PositionGate& applied_gate() override { return chat_.gate(); }
  std::unique_ptr<projections::Snapshot> snapshot() const override;
  std::unique_ptr<projections::AuditSnapshot> audit() const override;
  base::PositionGate& audit_gate() override { return audit_.gate(); }
  std::vector<projections::ViewStatus> status() const override { return {chat_.status(), audit_.status()}; }
  void stop() override {}

  bool step() { return projector_.step(); }
  void flush();
  const projections::LiveView& chat() const { return chat_; }
  const projections::LiveView& audit_view() const { return audit_; }

 private:
  std::shared_ptr<projections::UnreadMemo> memo_;
  projections::LiveView chat_, audit_;
  projections::Projector projector_;
};

class Node {
 public:
  // Opens what the disk holds, as a start of the server does. `disk` outlives the node.
  Node(Disk& disk, const Sizes& sizes, Bug bug);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void step_sequencer();
  bool step_index();
  bool step_projector() { return views_->step(); }
  void flush_views() { views_->flush(); }
  void step_timers();
  // False: no handler was ready.
  bool poll(std::size_t io_thread);
  // To be called when time has moved: what waits for it becomes ready.
  void ring_timers();

  engine::Engine& engine();
  SteppedViews& views() { return *views_; }
  std::size_t io_threads() const { return edges_.size(); }
  api::IoThread& io_thread(std::size_t i);

  void abandon();

 private:
  struct Edge;
  struct Clockwork;
  api::ServerParts parts() const;

  const bool is_on_rocks_;
  const std::unique_ptr<api::Limits> limits_;
  std::unique_ptr<engine::LocalEngine> engine_;
  std::unique_ptr<SteppedViews> views_;
  std::unique_ptr<Clockwork> clockwork_;
  std::unique_ptr<api::Shared> shared_;
  std::vector<std::unique_ptr<Edge>> edges_;
};

}  // namespace hansard::sim

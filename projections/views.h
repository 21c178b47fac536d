// The read side's façade: opens the views, runs their projector, gives snapshots.
//
// Invariants: I3 applied <= durable; I7 rows and checkpoint commit together; I8 every view equals the fold of the log
// up to its checkpoint; I9.
// Thread: any. Owns: the databases under `folder`/views and the projector's thread. The engine outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/position_gate.h"
#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/audit_query.h"
#include "projections/queries.h"

namespace hansard::projections {

class Rebuilder;  // rebuilder.h

// Told the name of a view and why its database was set aside, or left behind, and is folded anew.
using OnSetAside = std::function<void(std::string_view view, const std::string& why)>;

struct ViewOptions {
  std::string data_folder;
  std::size_t batch_events_max = 2'000;  // applied and committed together
  std::size_t write_buffer_bytes = 64u << 20;
  std::size_t block_cache_bytes = 128u << 20;
  std::uint32_t flush_interval_ms = 30'000;     // bounds what a start replays
  std::size_t counters_cached_max = 200'000;    // hot unread counters
  std::uint32_t rebuild_events_per_s = 40'000;  // of a rebuild beside live traffic
  OnSetAside on_set_aside = {};
};

// How one view stands. Equal digests (digest.h) at one position mean equal views.
struct ViewStatus {
  std::string name;
  Position applied;
  std::string digest;  // hex
  std::uint64_t unknown_events = 0;
  std::optional<std::string> stopped;     // why the view stopped, naming the position; /ready is red then
  std::optional<std::string> rebuilding;  // why the old database was set aside, until the new one has caught up
};

class Views {
 public:
  // Opens or rebuilds (a checkpoint above the durable position or of another epoch is quarantined and rebuilt) and
  // starts the projector behind the engine's durable gate.
  static base::Result<std::unique_ptr<Views>> open(engine::Engine& engine, const ViewOptions& options);
  virtual ~Views() = default;

  // Of the chat view, which all snapshots are of.
  virtual Position applied() const = 0;
  virtual base::PositionGate& applied_gate() = 0;
  virtual std::unique_ptr<Snapshot> snapshot() const = 0;
  virtual std::vector<ViewStatus> status() const = 0;
  // The audit view stands at a position of its own. Nothing: there is none (tests of the edge).
  virtual std::unique_ptr<AuditSnapshot> audit() const { return nullptr; }
  virtual base::PositionGate& audit_gate() { return applied_gate(); }
  // Nothing: views are never built again (tests of the edge).
  virtual Rebuilder* rebuilder() { return nullptr; }
  // Takes what events up to `through` replaced or removed in the chat view off the disk (the audit view has no
  // content). False: not all yet, call again later. Slow; reading and applying go on. Nothing to do without a database.
  virtual base::Result<bool> purge(Position through) { return applied() >= through; }
  // Applies what is durable (at most Projector::kStopEventsMax events of it), flushes. Idempotent. Snapshots taken
  // before and after stay readable.
  virtual void stop() = 0;
};

}  // namespace hansard::projections

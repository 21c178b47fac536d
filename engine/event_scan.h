// A cursor over the durable log that gives what a filter lets through: the one loop behind pages of the feed, its
// streams and subscriptions, and replays. Pull only: it holds no event, a slow reader costs nobody memory.
//
// Invariants: `scanned` only rises; every event at or below it was given to the sink or filtered, none above was.
// Thread: one at a time. The engine outlives it.
// Limits: one step looks at kSliceEvents.
#pragma once

#include <functional>
#include <optional>

#include "engine/base/result.h"
#include "engine/engine.h"
#include "engine/event_filter.h"

namespace hansard::engine {

class EventScan {
 public:
  static constexpr std::size_t kSliceEvents = 256;
  enum class Step {
    more,    // there is more below the durable position, or the sink said stop
    at_end,  // scanned everything durable
    ended    // scanned up to `through`
  };
  // False: no more in this step; the event counts as given.
  using Sink = std::function<bool(const EventPtr&)>;

  // What lies above `after` and at or below `through` (nothing: without end).
  EventScan(const Engine& engine, EventFilter filter, Position after, std::optional<Position> through = std::nullopt)
      : engine_(&engine), filter_(std::move(filter)), scanned_(after), through_(through) {}

  // Errors: those of Engine::read; nothing is lost, the next step tries again.
  Result<Step> step(const Sink& sink);
  Position scanned() const { return scanned_; }
  const EventFilter& filter() const { return filter_; }

 private:
  Step standing() const;

  const Engine* engine_;
  EventFilter filter_;
  Position scanned_;
  std::optional<Position> through_;
};

}  // namespace hansard::engine

#include "replay/moment.h"

#include "engine/base/clock.h"
#include "engine/base/given_position.h"
#include "engine/time_search.h"

namespace hansard::replay {

using base::Position;
using base::Result;

Result<Position> position_of(const engine::Engine& engine, const std::string& text) {
  if (auto time = base::parse_time(text)) return engine::last_at_or_before(engine, *time);
  const auto given = base::parse_given_position(text);
  if (!given) {
    return base::error(base::ErrorCode::malformed,
                       "'" + text + "' is neither a position nor a time like 2026-05-01T12:00:00Z");
  }
  TRY(const auto position, base::position_in(*given, engine.epoch()));
  if (position <= engine.durable()) return position;
  return base::error(base::ErrorCode::malformed,
                     "the log ends at position " + std::to_string(engine.durable().value) + ": ask for one up to it");
}

Result<std::optional<base::Timestamp>> time_at(const engine::Engine& engine, Position position) {
  if (!position) return std::optional<base::Timestamp>();
  TRY(auto event, engine.get(position));
  return std::optional(event->time);
}

std::string describe(const engine::Engine& engine, Position position) {
  auto time = time_at(engine, position);
  std::string out = "position " + std::to_string(position.value);
  if (time && time.value()) out += ", " + base::time_text(*time.value());
  return out;
}

}  // namespace hansard::replay

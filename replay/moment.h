// A place in the log as a person writes it: a position, plain or as on the wire, or a time.
//
// Thread: main.
#pragma once

#include <string>

#include "engine/engine.h"

namespace hansard::replay {

// A time means the last position whose time is at or before it. `malformed` for anything else, for what the log has not
// reached, and for what belongs to another epoch.
base::Result<base::Position> position_of(const engine::Engine& engine, const std::string& text);
// "position 17, 2026-05-01T12:00:00.000Z"
std::string describe(const engine::Engine& engine, base::Position position);
// When the event there was; nothing for 0, before the first.
base::Result<std::optional<base::Timestamp>> time_at(const engine::Engine& engine, base::Position position);

}  // namespace hansard::replay

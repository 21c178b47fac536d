// Options of commands that look at a part of the log: positions, times, and a filter.
//
// Thread: main.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "replay/segments/filter.h"

namespace CLI {
class App;
}

namespace hansard::replay {

struct RangeOptions {
  std::uint64_t from = 0, to = 0;  // 0: not given
  std::string from_time, to_time;
  std::vector<std::string> conversations, actors, types;
};

// --from, --to, --from-time, --to-time, --conversation, --actor, --type.
void add_range_options(CLI::App& words, RangeOptions& options);

std::optional<base::Position> position_of(std::uint64_t number);
// `malformed` in a sentence that names the option.
base::Result<std::optional<base::Timestamp>> time_of(const std::string& option, const std::string& text);
base::Result<segments::Filter> filter_of(const RangeOptions& options);

}  // namespace hansard::replay

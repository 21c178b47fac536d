// Options of commands that look at a part of the log: positions, times, and a filter.
//
// Thread: main.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/given_position.h"
#include "replay/segments/filter.h"

namespace CLI {
class App;
}

namespace hansard::replay {

struct RangeOptions {
  std::optional<base::GivenPosition> from, to;
  std::string from_time, to_time;
  std::vector<std::string> conversations, actors, types;
};

// --from, --to, --from-time, --to-time, --conversation, --actor, --type.
void add_range_options(CLI::App& words, RangeOptions& options);

// `malformed` in a sentence that names the option.
base::Result<std::optional<base::Timestamp>> time_of(const std::string& option, const std::string& text);
// "a,b".
std::string joined(const std::vector<std::string>& words);
// The types that are named, each as in events ("message.sent") or as a group of them ("message.*"); `malformed` with
// the list of all types.
base::Result<std::vector<domain::EventType>> types_of(const std::vector<std::string>& given);
base::Result<segments::Filter> filter_of(const RangeOptions& options);

}  // namespace hansard::replay

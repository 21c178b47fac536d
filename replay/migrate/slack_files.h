// The files of a Slack export: JSON read within limits, days in order, times.
//
// Thread: any; plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/json.h"
#include "engine/base/result.h"

namespace hansard::migrate {

// A whole file, which is a list; `malformed`, naming it, when it is none, not JSON, too deep, or larger than
// `bytes_max`.
base::Result<std::vector<base::JsonValue>> parse_list(const std::string& path, std::uint64_t bytes_max,
                                                      base::JsonParser& parser);

// The day files of a channel ("2024-03-05.json"), in order; none when there is no such folder.
std::vector<std::string> day_files(const std::string& folder);

// "1355517523.000005": seconds and a number within them, by which Slack orders and names messages.
struct SlackTime {
  std::int64_t seconds = 0, number = 0;
  auto operator<=>(const SlackTime&) const = default;
  base::Timestamp time() const { return {seconds * 1'000 + number / 1'000}; }
};
std::optional<SlackTime> slack_time(std::string_view text);

// A member as text, "" when it is not there or no string.
std::string text_of(const base::JsonValue& object, std::string_view name);

}  // namespace hansard::migrate

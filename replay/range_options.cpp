#include "replay/range_options.h"

#include <CLI/CLI.hpp>

#include "engine/base/clock.h"

namespace hansard::replay {

using base::Result;

namespace {
base::Error malformed(std::string sentence) { return base::error(base::ErrorCode::malformed, std::move(sentence)); }

// A comma may stand between several.
void add_list(CLI::App& words, const std::string& name, std::vector<std::string>& list, const std::string& help) {
  words.add_option(name, list, help)->delimiter(',')->take_all();
}
}  // namespace

void add_range_options(CLI::App& words, RangeOptions& options) {
  words.add_option("--from", options.from, "first position (1)")->check(CLI::PositiveNumber);
  words.add_option("--to", options.to, "last position (the end)")->check(CLI::PositiveNumber);
  words.add_option("--from-time", options.from_time, "nothing before this RFC 3339 time");
  words.add_option("--to-time", options.to_time, "nothing after this RFC 3339 time");
  add_list(words, "--conversation", options.conversations, "only what is about this conversation (repeatable)");
  add_list(words, "--actor", options.actors, "only what this user did (repeatable)");
  add_list(words, "--type", options.types, "only events of this type, such as message.sent (repeatable)");
}

std::optional<base::Position> position_of(std::uint64_t number) {
  if (number == 0) return std::nullopt;
  return base::Position{number};
}

Result<std::optional<base::Timestamp>> time_of(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<base::Timestamp>();
  const auto time = base::parse_time(text);
  if (!time) return malformed(option + " is an RFC 3339 time, such as 2024-05-01T00:00:00Z.");
  return time;
}

Result<segments::Filter> filter_of(const RangeOptions& options) {
  segments::Filter filter;
  for (const std::string& text : options.conversations) {
    const auto id = base::parse_id<domain::ConversationId>(text);
    if (!id) return malformed("--conversation is a conversation's id, and '" + text + "' is none.");
    filter.conversations.push_back(*id);
  }
  for (const std::string& text : options.actors) {
    const auto user = base::parse_user_id(text);
    if (!user) return malformed("--actor is a user's id, and '" + text + "' is none.");
    filter.actors.push_back(*user);
  }
  filter.types = options.types;
  TRY(segments::check_types(filter));
  return filter;
}

}  // namespace hansard::replay

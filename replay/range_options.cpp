#include "replay/range_options.h"

#include <CLI/CLI.hpp>

#include "engine/base/clock.h"
#include "engine/event_filter.h"
#include "replay/option_values.h"

namespace hansard::replay {

using base::Result;

namespace {
base::Error malformed(std::string sentence) { return base::error(base::ErrorCode::malformed, std::move(sentence)); }
}  // namespace

void add_range_options(CLI::App& words, RangeOptions& options) {
  add_position_option(words, "--from", options.from, "first position (1)");
  add_position_option(words, "--to", options.to, "last position (the end)");
  words.add_option("--from-time", options.from_time, "nothing before this RFC 3339 time");
  words.add_option("--to-time", options.to_time, "nothing after this RFC 3339 time");
  add_values_option(words, "--conversation", options.conversations,
                    "only what is about this conversation (repeatable)");
  add_values_option(words, "--actor", options.actors, "only what this user did (repeatable)");
  add_values_option(words, "--type", options.types,
                    "only events of this type, such as message.sent, or of a group, such as 'message.*' (repeatable)");
}

Result<std::optional<base::Timestamp>> time_of(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<base::Timestamp>();
  const auto time = base::parse_time(text);
  if (!time) return malformed(option + " is an RFC 3339 time, such as 2024-05-01T00:00:00Z.");
  return time;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : ",").append(word);
  return text;
}

Result<std::vector<domain::EventType>> types_of(const std::vector<std::string>& given) {
  auto types = engine::parse_event_types(joined(given));
  if (types) return types;
  return malformed("--type: " + types.error().detail + ". There are " + segments::type_names() +
                   ", and groups of them, such as message.*.");
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
  TRY(const auto types, types_of(options.types));
  for (const auto type : types) filter.types.emplace_back(domain::type_name(type));
  return filter;
}

}  // namespace hansard::replay

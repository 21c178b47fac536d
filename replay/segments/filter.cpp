#include "replay/segments/filter.h"

#include <algorithm>

#include "engine/codec/codec.h"
#include "engine/event_subject.h"

namespace hansard::segments {

namespace {
// Numbers are small and never used again: the names are asked for each of them.
constexpr std::uint16_t kTypeNumbersEnd = 256;

// Of a number that nothing has.
std::string_view unknown() { return domain::type_name(domain::EventType{}); }

std::optional<std::uint16_t> type_number(std::string_view name) {
  if (name == unknown()) return std::nullopt;
  for (std::uint16_t number = 1; number < kTypeNumbersEnd; ++number) {
    if (domain::type_name(static_cast<domain::EventType>(number)) == name) return number;
  }
  return std::nullopt;
}

template <class T>
bool holds(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::string type_names() {
  std::string names;
  for (std::uint16_t number = 1; number < kTypeNumbersEnd; ++number) {
    const auto name = domain::type_name(static_cast<domain::EventType>(number));
    if (name != unknown()) names.append(names.empty() ? "" : ", ").append(name);
  }
  return names;
}

Result<void> check_types(const Filter& filter) {
  for (const std::string& name : filter.types) {
    if (type_number(name)) continue;
    return base::error(base::ErrorCode::malformed,
                       "There is no event type '" + name + "'. There are " + type_names() + ".");
  }
  return base::success();
}

Matcher::Matcher(const Filter& filter) : filter_(filter) {
  for (const std::string& name : filter_.types) types_.push_back(type_number(name).value_or(0));
}

bool Matcher::names_conversation(const domain::RecordedEvent& event) const {
  const auto about = engine::subject_of(event).conversation;
  const domain::ConversationId stream{event.stream.bytes};
  return holds(filter_.conversations, about.value_or(stream));
}

Result<bool> Matcher::matches(std::string_view record) const {
  if (takes_everything()) return true;
  TRY(auto leaf, codec::decode_leaf(record));
  if (!types_.empty() && !holds(types_, static_cast<std::uint16_t>(leaf.type))) return false;
  if (filter_.conversations.empty() && filter_.actors.empty()) return true;
  TRY(auto event, codec::decode(record));
  if (!filter_.actors.empty() && !holds(filter_.actors, event.actor)) return false;
  return filter_.conversations.empty() || names_conversation(event);
}

}  // namespace hansard::segments

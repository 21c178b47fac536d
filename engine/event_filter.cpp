#include "engine/event_filter.h"

#include <algorithm>
#include <cctype>

#include "engine/event_subject.h"

namespace hansard::engine {

using base::ErrorCode;
using domain::EventType;

namespace {
constexpr std::uint16_t kEventTypeMost = 255;  // every number in use lies below

struct NamedType {
  std::string_view name;
  EventType type;
};

const std::vector<NamedType>& all_types() {
  static const std::vector<NamedType> types = [] {
    std::vector<NamedType> known;
    for (std::uint16_t number = 1; number <= kEventTypeMost; ++number) {
      const auto type = static_cast<EventType>(number);
      if (const auto name = domain::type_name(type); name != "unknown") known.push_back({name, type});
    }
    return known;
  }();
  return types;
}

// At the end. False: nothing has that name.
bool append_types(std::string_view name, std::vector<EventType>& to) {
  const bool is_group = name.ends_with(".*");
  const auto prefix = name.substr(0, name.size() - (is_group ? 1 : 0));
  const auto before = to.size();
  for (const auto& known : all_types()) {
    if (is_group ? known.name.starts_with(prefix) : known.name == name) to.push_back(known.type);
  }
  return to.size() > before;
}

// A name of the caller's in a sentence: short, and nothing but what names are made of.
std::string quoted(std::string_view name) {
  constexpr std::size_t kShown = 40;
  const auto plain = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '*' || c == '-'; };
  const bool is_sane = name.size() <= kShown && std::all_of(name.begin(), name.end(), plain);
  return is_sane ? " '" + std::string(name) + "'" : " of that name";
}
}  // namespace

base::Result<void> add_event_types(std::string_view name, std::vector<EventType>& types) {
  if (!append_types(name, types)) return base::error(ErrorCode::malformed, "there is no event type" + quoted(name));
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return base::success();
}

base::Result<std::vector<EventType>> parse_event_types(std::string_view text) {
  if (text.size() > kTypesTextMax) return base::error(ErrorCode::malformed, "the list of event types is too long");
  std::vector<EventType> types;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto name = text.substr(0, comma);
    TRY(add_event_types(name, types));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return types;
}

bool EventFilter::matches(const domain::RecordedEvent& event) const {
  const auto is_wanted = [&] { return std::binary_search(types.begin(), types.end(), type_of(*event.body)); };
  if (!types.empty() && (!event.body || !is_wanted())) return false;
  if (actor && event.actor != *actor) return false;
  if (!conversation || event.stream == base::stream_of(*conversation)) return true;
  return subject_of(event).conversation == conversation;
}

}  // namespace hansard::engine

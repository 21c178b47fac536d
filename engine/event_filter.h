// Which events somebody wants: by type, by the conversation they are about (event_subject.h), by who did it; what is
// left out does not narrow. The feed, its consumers and the tools share it.
//
// Thread: any; plain values. Limits: kTypesTextMax bytes of types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/domain/events.h"

namespace hansard::engine {

struct EventFilter {
  std::vector<domain::EventType> types;  // ascending, each once; empty: every type, also those nobody knows
  std::optional<domain::ConversationId> conversation;
  std::optional<domain::UserId> actor;

  bool matches(const domain::RecordedEvent& event) const;
  // Whether every event matches.
  bool is_open() const { return types.empty() && !conversation && !actor; }
  bool operator==(const EventFilter&) const = default;
};

inline constexpr std::size_t kTypesTextMax = 4'096;

// "message.sent", or the group "message.*": what it names beside `types`, which stay ascending and each once.
// `malformed` with the name that is no event type.
base::Result<void> add_event_types(std::string_view name, std::vector<domain::EventType>& types);
// "message.sent,member.*": such names; "" is none. `malformed` as above.
base::Result<std::vector<domain::EventType>> parse_event_types(std::string_view text);

}  // namespace hansard::engine

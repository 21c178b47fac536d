// Which events an export takes: any combination of conversations, actors and types, all of which must match. Without
// any, everything.
//
// Thread: any; plain functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/domain/events.h"
#include "replay/segments/segment_bytes.h"

namespace hansard::segments {

struct Filter {
  std::vector<domain::ConversationId> conversations;  // of its stream, or naming it in their facts (read.advanced)
  std::vector<domain::UserId> actors;                 // for whom the event counts
  std::vector<std::string> types;                     // "message.sent"
  bool empty() const { return conversations.empty() && actors.empty() && types.empty(); }
  bool operator==(const Filter&) const = default;
};

// Every type that events have, in the order of their numbers: "conversation.created, …".
std::string type_names();
// `malformed` with a sentence for a type that no event has.
Result<void> check_types(const Filter& filter);

// The same filter, ready to be asked a million times a second.
class Matcher {
 public:
  // PRECONDITION: check_types succeeded.
  explicit Matcher(const Filter& filter);
  bool takes_everything() const { return filter_.empty(); }
  // `corrupt` when the record cannot be read.
  Result<bool> matches(std::string_view record) const;

 private:
  bool names_conversation(const domain::RecordedEvent& event) const;

  const Filter filter_;
  std::vector<std::uint16_t> types_;
};

}  // namespace hansard::segments

// Random histories for the write index: events that decide made against a plain map, so every one is possible.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/domain/decide.h"
#include "tests/support/map_state.h"

namespace hansard::index {

// Grows a log of events by random commands of few users in few conversations.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed * 2 + 1) {}

  // One random command; returns what it appended, maybe nothing.
  std::vector<domain::RecordedEvent> step();

  const std::vector<domain::RecordedEvent>& events() const { return events_; }
  const support::MapState& state() const { return state_; }

 private:
  std::uint64_t below(std::uint64_t limit);
  domain::ConversationId some_conversation();
  domain::MessageId some_message();
  domain::UserId some_user();
  domain::Ordinal some_ordinal();
  domain::Command some_command();

  std::uint64_t random_;
  support::MapState state_;
  std::vector<domain::RecordedEvent> events_;
};

}  // namespace hansard::index

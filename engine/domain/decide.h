// The rules. decide says what a command means against a state; evolve says what an event does to it. Both use only
// their arguments: no clock, no randomness, no I/O, no locale (I9).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/domain/commands.h"
#include "engine/domain/events.h"
#include "engine/domain/state.h"

namespace hansard::domain {

// Why a rule says no. The edge maps each to a status and a stable word in one table (api/problem).
enum class RejectionCode {
  not_found,             // also: the caller is not a member now
  forbidden,             // a member lacking a role, or a missing scope
  conflict,
  id_taken,              // a client-made id that names something else
  gone,                  // on something erased
  precondition_failed,   // If-Match
  delete_window_passed,
  edit_window_passed,
  message_deleted,       // an edit of a deleted message
  conversation_closed,
  read_only,             // role read_only, or who_may_post
  slow_mode,
  invalid,               // a rule about values: mention out of range, reply_to elsewhere, direct not of two ...
  group_full
};

struct Rejection {
  RejectionCode code;
  std::string detail;          // one sentence
  std::uint32_t retry_after_s = 0;
};

// What was decided. No events: nothing changes ("changed": false), or `repeat_of` names what a client-made id already
// made. The ids name the resource the answer shows.
struct Accepted {
  std::vector<EventBody> events;
  bool created = false;                       // 201
  ConversationId conversation;
  std::optional<MessageId> message;
  bool repeat = false;                        // a client-made id seen again with the same author and body
};

using Decision = std::variant<Accepted, Rejection>;

// Defaults of API.md section 1; the server's options fill them.
struct Rules {
  std::uint32_t delete_window_s = 300;   // 0: none
  std::uint32_t members_max = 100'000;
  std::uint32_t content_code_points_max = 10'000;
};

// `now` is the log's time for the events to come.
Decision decide(const StateReader& state, const Command& command, const Caller& caller, Timestamp now,
                const Rules& rules);

// Folds one event. `event.version` and `event.position` are those of the log. Total: every event of a log that decide
// filled is accepted; an unknown body only moves the stream version.
void evolve(StateWriter& state, const RecordedEvent& event);

}  // namespace hansard::domain

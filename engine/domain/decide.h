// The rules. decide says what a command means against a state; evolve says what an event does to it. Both use only
// their arguments: no clock, no randomness, no I/O, no locale (I9). API.md sections 1 to 3 are the law; where they
// leave a choice, this is what was chosen.
//
// Who may do what
// - The actor counts, not the subject: a service acts as a user and obeys that user's membership and role in sends,
//   edits, deletes and pointers. Three things it may do without being a member of a conversation that exists: manage
//   it (settings, members, roles, closing), get it back by creating it again, and post `type: system`.
//   The rule against empty content does not bind a service, nor slow mode what it imports (`origin_time`).
// - The admin scope deletes without window and what others wrote, but only where its holder is a member.
// - Everybody else who is not a member now gets not_found, whatever he asks for and whether or not it exists. A message
//   that settings.history hides from a member is answered like one that does not exist.
// - Owners make, change and remove owners and admins; admins manage members and readers. A last owner may leave: what
//   then needs an owner needs a service.
//
// Conversations
// - The two of a direct conversation stay: members and roles do not change (conflict). They are equals, although the
//   one who opened it has the role owner (ADR 58): either changes title and metadata, neither deletes what the other
//   wrote. Settings and closing are a service's (forbidden for the two).
// - A derived id (direct pair, external id) is worked out here; the command's id is not looked at. Derived ids are of
//   UUID version 8 and ids from clients never are, so nobody can take a derived id before it is needed.
// - A creation repeats a client-made id when creator and type are the same and so is what has not changed since.
// - After closing, pointers and flags still move; everything else is conversation_closed, also leaving.
// - Removing somebody who is not a member changes nothing; changing his role is not_found.
//
// Messages
// - A repeat of a client-made id is answered before any other rule but membership, so that a retry finds its effect.
// - who_may_post and slow mode bind new messages only. The role read_only forbids edits as well; otherwise somebody who
//   was silenced could go on speaking through his old messages.
// - A window of N seconds closes when more than N seconds have passed by log time.
// - An if_match is not looked at when the message is deleted already: a repeated delete changes nothing.
// - A notice (member added, removed or left) is a system message of the actor in the same command; it counts for
//   nobody.
// - Where the other of a direct conversation has blocked the caller, making it and writing into it is `blocked`, also
//   by an edit, a reaction or a new title. Asking again for one that is there answers it (200); what was said stays
//   readable, and can be deleted.
// - A forward copies text, metadata and attachments, never mentions, and names the first of the chain. It is not
//   edited, or its words would be put into somebody's mouth.
// - Who may read may react, but for the role read_only; also where who_may_post is admins.
// - A file is attached by who uploaded it (or a service), and by forwarding.
// - A scheduled message obeys the rules of a send twice: when it is scheduled (but for slow mode) and when its time
//   comes (as its author, whose place then decides). If the second says no, schedule.cancelled keeps the sentence.
// - Slow mode counts from when somebody last sent, also before he left and was added again.
// - The id of a scheduled message stays its own, also when it was cancelled: scheduling the same for the same time
// again
//   is a repeat, which does not bring it back; anything else is id_taken.
//
// Timers (Caller::server)
// - They only propose: a message expires when its retention has run out by log time, a scheduled one is sent when its
//   time has come, a member is notified when he is one still, has not muted, and neither read nor received it; of
//   system messages nobody is.
//   A proposal that came too early or too late changes nothing.
//
// Erasures and legal holds (the admin scope)
// - A hold on a conversation or on a message's author wins over an erasure and over retention: nothing is erased, and
//   the conflict is an event. It is recorded once per hold and erasure, and once per hold and conversation that has
//   something to expire; after the release both go on. A request that a hold forbids as a whole appends hold.conflict
//   and nothing else, and is answered legal_hold at the edge.
// - An erasure of a user or a conversation leaves out the messages that a hold keeps, and stays open until it is
//   released.
// - An erased conversation is closed. What is erased is `gone`.
// - Deleting a message under a hold is allowed: it hides, it destroys nothing.
//
// Pointers
// - up_to above the last ordinal, and a mark on no visible message, are invalid. up_to 0 only clears the marker.
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
  not_found,  // also: the caller is not a member now
  forbidden,  // a member lacking a role, or a missing scope
  conflict,
  id_taken,             // a client-made id that names something else
  gone,                 // on something erased
  precondition_failed,  // If-Match
  delete_window_passed,
  edit_window_passed,
  message_deleted,  // an edit of a deleted message
  conversation_closed,
  read_only,  // role read_only, or who_may_post
  slow_mode,
  blocked,  // the other of a direct conversation does not want it
  invalid,  // a rule about values: mention out of range, reply_to elsewhere, direct not of two ...
  group_full,
  legal_hold  // a hold is in the way of an erasure
};

struct Rejection {
  RejectionCode code;
  std::string detail;  // one sentence
  std::uint32_t retry_after_s = 0;
};

// What was decided. No events: nothing changes ("changed": false), or a `repeat` of what a client-made id already made.
// The ids name the resource the answer shows.
struct Accepted {
  std::vector<EventBody> events;
  bool created = false;  // 201
  ConversationId conversation;
  std::optional<MessageId> message;
  bool repeat = false;  // a client-made id seen again with the same author and body
};

using Decision = std::variant<Accepted, Rejection>;

// Defaults of API.md section 1; the server's options fill them.
struct Rules {
  std::uint32_t delete_window_s = 300;  // 0: none
  std::uint32_t members_max = 100'000;
  std::uint32_t content_code_points_max = 10'000;
  std::uint32_t mentions_max = 500;  // each costs the decision a look at the members
  std::uint32_t attachments_max = 20;
  std::uint32_t emojis_per_message_max = 50;
  std::uint32_t emojis_per_user_max = 20;        // under one message
  std::uint32_t scheduled_per_user_max = 1'000;  // waiting
  std::uint32_t schedule_ahead_days_max = 366;
};

// `now` is the log's time for the events to come.
Decision decide(const StateReader& state, const Command& command, const Caller& caller, Timestamp now,
                const Rules& rules);

// Folds one event. `event.version` and `event.position` are those of the log. Total: every event of a log that decide
// filled is accepted; an unknown body only moves the stream version.
void evolve(StateWriter& state, const RecordedEvent& event);

}  // namespace hansard::domain

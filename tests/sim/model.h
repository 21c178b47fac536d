// What the server must be, said again and as simply as possible: per conversation what happened, in order, and the
// state that follows from it at any position. It shares nothing with decide, evolve or the projections; it reads the
// event types and no other code of the product.
//
// The model is told every durable event (`accept`) and objects to one that the rules did not allow: a gap, a version or
// ordinal that does not follow, an author who is no member, a second effect of one command. Everything else is asked of
// it: who may see what at a position, what a message was then, how many messages count as unread.
//
// Invariant: positions 1 to length() are there, and never change.
// Thread: one. Cost: folds from the start where it has to; histories are short.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/domain/events.h"

namespace hansard::sim {

using Place = std::uint64_t;  // a position; 0 is before the first

// One durable event, reduced to what clients can tell.
struct Fact {
  domain::EventType type{};
  std::string conversation;  // "" for none
  std::string actor;
  std::vector<std::string> users;  // who joins, leaves, reads
  std::string message;             // its id
  std::uint64_t ordinal = 0;       // of the message; up_to or from of a pointer; the last one of a join
  std::optional<std::string> text;
  std::vector<std::string> mentions;  // with the text: users, as often as it names them
  std::string emoji;
  std::string author;  // of the message
  bool is_system = false;
  bool archived = false;
  bool hides_history = false;     // of a creation: settings.history is from_join
  std::uint32_t retention_s = 0;  // of a creation
  std::int64_t send_at_ms = 0;    // of what waits for its time
  bool was_scheduled = false;
  std::uint64_t version = 0;
  std::int64_t time_ms = 0;
  base::ShortDigest command{};
  bool operator==(const Fact&) const = default;

  bool is_pointer() const;
  bool is_of_user() const;  // of a user's own stream: pointers, and what waits for its time
};

struct MessageState {
  std::string id, author;
  bool is_system = false;
  std::optional<std::string> text;  // nothing: deleted
  std::uint64_t version = 0;        // of its last change
  std::int64_t sent_ms = 0;
  std::map<std::string, std::set<std::string>> reactions;
  std::vector<std::string> mentions;  // as it names them
  std::set<std::string> mentioned;    // those of them for whom it counts
};

struct PointerState {
  std::uint64_t read = 0, delivered = 0, marked_from = 0;
  bool archived = false;
};

struct ConversationState {
  std::uint64_t version = 0;
  std::uint32_t retention_s = 0;
  bool hides_history = false;
  std::map<std::string, std::string> members;         // with their role
  std::map<std::string, std::uint64_t> joined_after;  // the last ordinal when each joined last
  std::map<std::string, PointerState> pointers;
  std::vector<MessageState> messages;  // ordinal i is [i - 1]
  Place last_message = 0;              // of creation where there is none

  bool has(const std::string& user) const { return members.contains(user); }
  const MessageState* message(const std::string& id) const;
  // Of the messages up to `last`.
  std::uint64_t unread(const std::string& user, std::uint64_t last = UINT64_MAX) const;
  // Ordinals up to here are hidden from the user.
  std::uint64_t hidden_through(const std::string& user) const;
  std::vector<std::uint64_t> unread_ordinals(const std::string& user) const;
  // How many of those mention the user.
  std::uint64_t mentions_unread(const std::string& user, std::uint64_t last = UINT64_MAX) const;
};

Fact fact_of(const domain::RecordedEvent& event);

class Model {
 public:
  // Throws a Violation where the event could not have happened.
  void accept(const domain::RecordedEvent& event);
  // The log was read again after a crash: what it says must be what was accepted, and may go on.
  void recognise(const domain::RecordedEvent& event);

  Place length() const { return facts_.size(); }
  const Fact& at(Place place) const { return facts_.at(place - 1); }

  // After the event at `place`. Valid until the next call for another place.
  const ConversationState& state(const std::string& conversation, Place place) const;
  const ConversationState& now(const std::string& conversation) const { return state(conversation, length()); }
  const std::vector<std::string>& conversations() const { return conversations_; }
  // Positions of the conversation's events, pointers included.
  const std::vector<Place>& places(const std::string& conversation) const;
  // The first and last position of the command that the event at `place` belongs to.
  std::pair<Place, Place> command_around(Place place) const;
  bool is_member_throughout(const std::string& conversation, const std::string& user, Place from) const;
  // Something should have been sent by then and has not been, nor been cancelled.
  bool has_overdue(std::int64_t by_ms) const;

 private:
  struct Cached {
    Place place = 0;
    std::size_t folded = 0;  // of places_
    ConversationState state;
  };
  void check(const Fact& fact);
  void check_message(const Fact& fact, const ConversationState& state) const;
  void check_sent(const Fact& fact, const ConversationState& state);
  void check_waiting(const Fact& fact);
  void check_place(const Fact& fact);
  void check_command(const Fact& fact);

  std::vector<Fact> facts_;
  std::vector<std::string> conversations_;
  std::map<std::string, std::vector<Place>> places_;
  std::map<std::string, std::uint64_t> stream_versions_;  // of users
  std::map<base::ShortDigest, Place> commands_;           // the last event of each
  std::set<std::string> texts_;
  std::map<std::string, Fact> waiting_;           // for their time, by message
  mutable std::map<std::string, Cached> newest_;  // one state that moves forward
  mutable std::map<std::string, Cached> past_;    // one that was asked for behind it
};

}  // namespace hansard::sim

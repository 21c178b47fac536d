// What one socket was told, held against the model: every event of the user's conversations from where it began, once,
// in order, and saying what happened (API.md section 5).
//
//   live        every event while the user is a member comes as it happened; nothing may be left out
//   catching up what was deleted or changed since may come as it is now, and what happened in a conversation the user
//               has left since may be missing, and of a pointer all moves but the latest
//
// At the end every pointer of another member, and the count after every move of the user's own, was told at its latest:
// on this socket, or on one before it of the same client, who resumed from what he saw there last. What he was told
// last of a count (or read when he began), of the messages that were there then, still holds.
//
// Invariant: everything at or below `told` that the user had to be told was told.
// Thread: one. The model outlives it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/base/json.h"
#include "tests/sim/model.h"

namespace hansard::sim {

// The last unread.changed of a conversation: where it came, what it said, and which message may have been the last one
// when that was so. What was sent later a client counts by itself.
struct CountTold {
  Place place = 0;
  Place since = 0;  // it may have been so from here on
  std::uint64_t unread = 0, mentions = 0;
  std::set<std::uint64_t> last_ordinals;
};

// What a client knows of pointers: everything that moved after `since`.
struct KnownPointers {
  Place since = 0;
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> receipts;  // conversation, user, type
  std::map<std::string, CountTold> counts;                                              // by conversation
};

class PushChecker {
 public:
  PushChecker(const Model& model, std::string user) : model_(model), user_(std::move(user)) {}

  // hello: live from `cursor`, or catching up from where the client said, who had `known` on an earlier socket.
  void begin(Place cursor, std::optional<Place> resumed_from, const std::optional<KnownPointers>& known);
  // A resume frame on a socket that is open was acknowledged.
  void resume(Place from);
  // Any frame from the server but answers. Throws a Violation.
  void on_frame(std::string_view type, base::JsonValue frame);
  // Nothing is under way any more: all up to `end` must have been told.
  void finish(Place end);

  bool has_begun() const { return has_begun_; }
  bool is_catching_up() const { return is_catching_up_; }
  const KnownPointers& known() const { return known_; }
  // What a client resumes from; nothing: it has seen nothing yet.
  std::optional<Place> last_seen() const { return last_seen_; }

 private:
  void on_event(std::string_view type, base::JsonValue frame, Place place);
  void on_receipt(std::string_view type, base::JsonValue frame, Place place);
  void on_unread(base::JsonValue frame, Place place);
  void on_message(const Fact& fact, base::JsonValue message, Place place) const;
  // Nothing between `told` and `place` was due.
  void pass_to(Place place);
  bool concerns(const Fact& fact, Place place) const;
  bool is_due(const Fact& fact, Place place) const;
  void check_receipts(Place end) const;
  void check_counts(Place end) const;
  void check_told_counts(Place end) const;
  CountTold read_at_beginning(const std::string& conversation) const;
  bool is_said_since(const Fact& fact, Place place, base::JsonValue message) const;

  const Model& model_;
  const std::string user_;
  bool has_begun_ = false;
  bool is_catching_up_ = false;
  Place told_ = 0;
  Place last_position_ = 0;
  KnownPointers known_;
  std::optional<Place> last_seen_;
};

// The position in a member of a frame or body; nothing where there is none.
std::optional<Place> place_in(base::JsonValue object, std::string_view member);
// Whom a message in a frame or body names, in order.
std::vector<std::string> mentions_in(base::JsonValue message);

}  // namespace hansard::sim

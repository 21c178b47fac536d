// Read and delivered are recorded at most once per member, conversation and interval (API.md section 3). The first one
// goes through at once; those that come before the interval has passed are parked and become one command with the
// highest ordinal, whose outcome answers them all.
//
// Invariants: every parked submission leaves in exactly one group; what was parked first is answered no later than one
// interval after it was parked (the caller asks next_due).
// Thread: the sequencer's. Limits: `waiting_max` keys, and as many parked submissions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/domain/decide.h"
#include "engine/submission.h"

namespace hansard::engine {

class Receipts {
 public:
  enum class Kind : std::uint8_t { read, delivered };
  struct Key {
    Kind kind = Kind::read;
    base::ConversationId conversation;
    base::UserId user;
    bool operator==(const Key&) const = default;
  };
  struct Receipt {
    Key key;
    base::Ordinal up_to;
  };
  struct Parked {
    Pending pending;
    base::Ordinal up_to;
    std::optional<base::MessageId> message;  // what its answer names
  };
  // Never empty; the highest ordinal stands first.
  struct Group {
    Key key;
    std::vector<Parked> parked;
  };

  Receipts(std::chrono::milliseconds interval, std::size_t waiting_max)
      : interval_(interval), waiting_max_(waiting_max) {}

  // Nothing: the decision records no read or delivered.
  static std::optional<Receipt> of(const domain::Accepted& accepted);

  // False: neither parked nor recorded, answer Overloaded.
  bool has_room(const Key& key) const;
  // One was recorded less than an interval ago, or waits for its turn still.
  bool must_wait(const Key& key, base::MonotonicTime now) const;
  void recorded(const Key& key, base::MonotonicTime now);
  void park(const Receipt& receipt, Parked parked);

  // What is parked for one key, before its time.
  std::optional<Group> take(const Key& key);
  // The next group whose time has come.
  std::optional<Group> take_due(base::MonotonicTime now);
  // When take_due has something next; nothing: nothing is parked.
  std::optional<base::MonotonicTime> next_due() const;
  std::size_t waiting() const { return waiting_; }
  // The fingerprint of a parked command id.
  std::optional<base::ShortDigest> parked_command(const base::ShortDigest& command) const;

 private:
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Entry {
    base::MonotonicTime due;  // when the next one may be recorded
    std::vector<Parked> parked;
  };
  using Entries = std::unordered_map<Key, Entry, KeyHash>;
  Group take_entry(Entries::iterator it);

  const std::chrono::milliseconds interval_;
  const std::size_t waiting_max_;
  Entries entries_;
  std::deque<std::pair<base::MonotonicTime, Key>> schedule_;  // by time; outdated where the entry says otherwise
  std::map<base::ShortDigest, base::ShortDigest> commands_;   // parked command ids and their fingerprints
  std::size_t waiting_ = 0;
};

}  // namespace hansard::engine

// Messages as a snapshot has them, for who asks for many of a conversation one after the other: they are read ahead in
// walks, since what costs most of a message read by itself is the search for its place.
//
// A walk is twice as long as the one before it, so at most kFirstWalk a conversation and twice what was asked for is
// read.
//
// Thread: the snapshot's; lives as long as that is used. Limits: kWalkMax messages a walk.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>

#include "projections/queries.h"

namespace hansard::api {

class MessagesAhead {
 public:
  static constexpr std::size_t kFirstWalk = 4, kWalkMax = 64;

  explicit MessagesAhead(const projections::Snapshot& snapshot) : snapshot_(snapshot) {}

  // As Snapshot::message_at.
  std::optional<projections::MessageView> at(const base::ConversationId& id, base::Ordinal ordinal);

 private:
  struct Walk {
    base::Ordinal next;
    std::size_t length = 0;
    std::deque<projections::MessageView> read;  // `next` and those behind it
  };
  void read_on(const base::ConversationId& id, Walk& walk) const;

  const projections::Snapshot& snapshot_;
  std::map<base::ConversationId, Walk> walks_;
};

}  // namespace hansard::api

// Messages of a snapshot for a caller who asks for many of one conversation, one after the other. What costs most of
// reading a single message is the search for its place, so from the second on they are read ahead in walks, each twice
// as long as the one before. Asking for another message than the next begins anew, with a single read.
//
// Thread: the snapshot's; lives as long as that is used. Limits: kWalkMax messages a walk, one walk a conversation.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>

#include "projections/queries.h"

namespace hansard::api {

class MessagesAhead {
 public:
  static constexpr std::size_t kFirstWalk = 4, kWalkMax = 16;

  explicit MessagesAhead(const projections::Snapshot& snapshot) : snapshot_(snapshot) {}

  // As Snapshot::message_at.
  std::optional<projections::MessageView> at(const base::ConversationId& id, base::Ordinal ordinal);

 private:
  struct Walk {
    base::Ordinal next;  // 0: nothing was asked for yet
    std::size_t length = 0;
    std::deque<projections::MessageView> read;  // `next` and those behind it; the end of the conversation ends it
  };
  void read_on(const base::ConversationId& id, base::Ordinal first, Walk& walk) const;

  const projections::Snapshot& snapshot_;
  std::map<base::ConversationId, Walk> walks_;
};

}  // namespace hansard::api

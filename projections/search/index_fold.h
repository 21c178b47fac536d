// Events folded into what they change in the index: within a batch only the last state of each message counts.
//
// Invariants: I8, I9. A message keeps its number for good; one whose content is gone never comes back.
// Thread: one, the writer's; appends to the catalog.
#pragma once

#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/search/index_file.h"

namespace hansard::search {

class IndexFold {
 public:
  IndexFold(Catalog& catalog, base::Position after) : catalog_(catalog) { changes_.position = after; }

  // `corrupt`, naming the position, for an event that does not follow or cannot be applied; those before it are in.
  base::Result<void> add(const domain::RecordedEvent& event);

  const IndexChanges& changes() const { return changes_; }
  bool is_empty() const { return changes_.messages.empty() && changes_.conversations.empty(); }
  // After they were committed.
  void clear();

 private:
  bool apply(const domain::RecordedEvent& event);
  bool send(const domain::MessageSent& body, base::Position position);
  bool edit(const domain::MessageFacts& facts, const domain::MessageContent* content);
  ConversationNumber number_of(const base::ConversationId& id);

  Catalog& catalog_;
  IndexChanges changes_;
};

}  // namespace hansard::search

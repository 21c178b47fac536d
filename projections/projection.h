// One event folded into the chat view's rows: the checks, then the parts, each with rows of its own. The unread part
// comes first, because it asks what a message was before. Pure: uses only its arguments (I9).
//
// Thread: the projector's.
#pragma once

#include <optional>

#include "engine/base/result.h"
#include "engine/domain/events.h"
#include "projections/keys.h"
#include "projections/row_batch.h"
#include "projections/row_bytes.h"
#include "projections/rows.h"

namespace hansard::projections {

// The event being folded, with the rows that both parts need: read once before, written once after.
struct Folding {
  const domain::RecordedEvent& event;
  RowBatch& rows;
  ConversationRow conversation;
  std::optional<MessageIdRow> message;  // before the event: what concerns a message that is there
};

template <class Row>
std::optional<Row> row_at(const Folding& folding, const Key& key) {
  return read_row<Row>(folding.rows, key);
}
template <class Row>
void put_row(Folding& folding, const Key& key, const Row& row) {
  std::string& bytes = row_scratch();
  row.encode(bytes);
  folding.rows.put(key, bytes);
}
template <class Row>
void insert_row(Folding& folding, const Key& key, const Row& row) {
  std::string& bytes = row_scratch();
  row.encode(bytes);
  folding.rows.insert(key, bytes);
}

// True: folded. False: a type this build does not know, of which only the stream's version is taken. Error `corrupt`:
// the event cannot follow what was folded (a version or ordinal with a gap, an unknown conversation or message);
// then no row has changed.
base::Result<bool> apply(const domain::RecordedEvent& event, RowBatch& rows);

}  // namespace hansard::projections

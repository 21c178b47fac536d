#include "projections/schedule.h"

#include "projections/side_rows.h"

namespace hansard::projections::schedule {

void fold(Folding& folding, const domain::SendScheduled& body) {
  const domain::MessageFacts& draft = body.draft;
  put_row(folding, scheduled_key(draft.message),
          ScheduledRow{{draft, body.send_at, body.content, folding.event.position}});
  folding.rows.put(waiting_key(draft.author, body.send_at, draft.message), "");
  put_row(folding, due_send_key(body.send_at, draft.message), UserRow{draft.author});
}

void fold(Folding& folding, const domain::ScheduleCancelled& body) { end(folding, body.message); }

void end(Folding& folding, const MessageId& message) {
  auto row = row_at<ScheduledRow>(folding, scheduled_key(message));
  if (!row) return;
  const ScheduledView& waiting = row->message;
  folding.rows.erase(scheduled_key(message));
  folding.rows.erase(waiting_key(waiting.facts.author, waiting.send_at, message));
  folding.rows.erase(due_send_key(waiting.send_at, message));
}

}  // namespace hansard::projections::schedule

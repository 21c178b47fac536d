#include "projections/schedule.h"

#include "projections/files.h"
#include "projections/side_rows.h"

namespace hansard::projections::schedule {

namespace {
// An erased one needs none any more: it will not be sent.
std::vector<FileId> files_of(const domain::SendScheduled& body) {
  std::vector<FileId> all;
  if (!body.content) return all;
  for (const domain::Attachment& attachment : body.content->attachments) all.push_back(attachment.file);
  return files::distinct(std::move(all));
}
}  // namespace

void fold(Folding& folding, const domain::SendScheduled& body) {
  const domain::MessageFacts& draft = body.draft;
  auto held = files_of(body);
  files::hold(folding, held, true);
  put_row(folding, scheduled_key(draft.message),
          ScheduledRow{{draft, body.send_at, body.content, folding.event.position}, std::move(held)});
  folding.rows.put(waiting_key(draft.author, body.send_at, draft.message), "");
  put_row(folding, due_send_key(body.send_at, draft.message), UserRow{draft.author});
}

void fold(Folding& folding, const domain::ScheduleCancelled& body) { end(folding, body.message); }

void end(Folding& folding, const MessageId& message) {
  auto row = row_at<ScheduledRow>(folding, scheduled_key(message));
  if (!row) return;
  const ScheduledView& waiting = row->message;
  files::hold(folding, row->files, false);
  folding.rows.erase(scheduled_key(message));
  folding.rows.erase(waiting_key(waiting.facts.author, waiting.send_at, message));
  folding.rows.erase(due_send_key(waiting.send_at, message));
}

}  // namespace hansard::projections::schedule

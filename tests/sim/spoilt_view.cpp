#include "tests/sim/spoilt_view.h"

#include "projections/ordinal_set.h"
#include "projections/projection.h"

namespace hansard::sim {

namespace {
using base::Result;
using domain::RecordedEvent;
using projections::RowBatch;

const domain::MessageEdited* edit_in(const RecordedEvent& event) {
  return event.body ? std::get_if<domain::MessageEdited>(&*event.body) : nullptr;
}

// Whom the message named before the edit is counted as named by it still.
Result<bool> keep_mentions(const RecordedEvent& event, RowBatch& rows) {
  const auto* edit = edit_in(event);
  if (edit == nullptr) return projections::apply(event, rows);
  const auto before =
      projections::read_row<projections::MessageIdRow>(rows, projections::message_id_key(edit->facts.message));
  auto applied = projections::apply(event, rows);
  if (!applied || !before) return applied;
  for (const auto& user : before->mentioned) {
    projections::change_scatter(rows, projections::mention_set(edit->facts.conversation, user), edit->facts.ordinal,
                                true);
  }
  return applied;
}

// The version before an edit is kept with the text of the new one.
Result<bool> rewrite_past(const RecordedEvent& event, RowBatch& rows) {
  const auto* edit = edit_in(event);
  if (edit == nullptr) return projections::apply(event, rows);
  const auto key = projections::newest_key(edit->facts.conversation, edit->facts.ordinal);
  const auto before = projections::read_row<projections::MessageRow>(rows, key);
  auto applied = projections::apply(event, rows);
  if (!applied || !before) return applied;
  const auto& view = before->view;
  std::string bytes;
  projections::MessageRowParts rewritten{view.facts, &*edit->content, view.version, view.position, view.edited_at, {}};
  projections::encode_message(rewritten, bytes);
  rows.put(projections::message_key(edit->facts.conversation, edit->facts.ordinal, view.version), bytes);
  return applied;
}

projections::ViewKind chat_with(projections::ViewKind::Apply apply) {
  projections::ViewKind kind = projections::chat_kind();
  kind.apply = apply;
  return kind;
}
}  // namespace

const projections::ViewKind& chat_kind_with(Bug bug) {
  static const projections::ViewKind keeps_mentions = chat_with(keep_mentions);
  static const projections::ViewKind rewrites_past = chat_with(rewrite_past);
  if (bug == Bug::keep_mentions) return keeps_mentions;
  return bug == Bug::rewrite_past ? rewrites_past : projections::chat_kind();
}

}  // namespace hansard::sim

#include "projections/erasing.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/erasure_rows.h"
#include "projections/past_fold.h"
#include "projections/side_rows.h"
#include "projections/standing.h"
#include "projections/unread.h"

namespace hansard::projections::erasing {

namespace {
// Every key of one ordinal: its standing, its newest version and the older ones.
std::string ordinal_prefix(const domain::MessageFacts& facts) {
  const Key key = standing_key(facts.conversation, facts.ordinal);
  return std::string(key.view().substr(0, key.view().size() - sizeof(std::uint64_t)));
}

// The version as it was.
MessageView forget_version(Folding& folding, const std::string& key) {
  std::string scratch;
  MessageRow row;
  const auto bytes = folding.rows.get(key, scratch);
  if (!bytes || !row.decode(*bytes)) folding.rows.damaged(key);
  const MessageView& view = row.view;
  if (view.erased && !view.content) return row.view;
  std::string erased;
  encode_message(
      {view.facts, nullptr, view.version, view.position, view.edited_at, view.deleted_at, view.expired, true}, erased);
  folding.rows.put(key, erased);
  return std::move(row.view);
}
}  // namespace

namespace {
template <class Change>
void change_erasure(Folding& folding, const base::ErasureId& id, const Change& change) {
  auto row = row_at<ErasureRow>(folding, erasure_key(id));
  if (!row) return;
  change(row->view);
  put_row(folding, erasure_key(id), *row);
}
}  // namespace

void fold(Folding& folding, const domain::ErasureRequested& body) {
  ErasureRow row;
  row.view.scope = body.scope;
  row.view.requested_by = folding.event.actor;
  row.view.requested_at = folding.event.time;
  row.view.requested = folding.event.position;
  put_row(folding, erasure_key(body.erasure), row);
  folding.rows.put(open_erasure_key(body.erasure), "");
}

void fold(Folding& folding, const domain::ErasureCompleted& body) {
  change_erasure(folding, body.erasure, [&](ErasureView& view) {
    view.records = body.records;
    view.completed_at = folding.event.time;
  });
  folding.rows.erase(open_erasure_key(body.erasure));
}

void fold(Folding& folding, const domain::HoldPlaced& body) {
  HoldRow row;
  row.view.scope = body.scope;
  row.view.placed_by = folding.event.actor;
  row.view.placed_at = folding.event.time;
  row.view.placed = folding.event.position;
  put_row(folding, hold_key(body.hold), row);
}

void fold(Folding& folding, const domain::HoldReleased& body) {
  auto row = row_at<HoldRow>(folding, hold_key(body.hold));
  if (!row) return;
  row->view.released_at = folding.event.time;
  put_row(folding, hold_key(body.hold), *row);
  CounterRow released = row_at<CounterRow>(folding, hold_key({})).value_or(CounterRow{});
  ++released.count;
  put_row(folding, hold_key({}), released);
}

void fold(Folding& folding, const domain::HoldConflict& body) {
  if (body.erasure) change_erasure(folding, *body.erasure, [](ErasureView& view) { ++view.held; });
}

void count_erased(Folding& folding, const base::ErasureId& erasure) {
  change_erasure(folding, erasure, [](ErasureView& view) { ++view.erased; });
}

namespace {
// Whom any version of the message ever mentioned so that it counted.
void note_mentioned(const domain::MessageFacts& facts, const MessageView& version, std::set<UserId>& users) {
  const auto counted = unread::counted_mentions(facts, version.content);
  users.insert(counted.begin(), counted.end());
}
}  // namespace

void forget_message(Folding& folding, const domain::MessageFacts& facts) {
  std::set<UserId> mentioned;
  for (const std::string& key : folding.rows.keys_with(ordinal_prefix(facts))) {
    if (parse_message_key(key).is_standing) continue;
    const MessageView version = forget_version(folding, key);
    note_mentioned(facts, version, mentioned);
  }
  past::erase_message(folding, facts, std::vector<UserId>(mentioned.begin(), mentioned.end()));
  const std::string reactors = "R" + std::string(facts.message.view());
  for (const std::string& key : folding.rows.keys_with(reactors)) folding.rows.erase(key);
}

void forget_reactor(Folding& folding, const domain::ReactionRemoved& body) {
  const Key own_key = reactions_key(body.message, body.user);
  const auto own = row_at<EmojisRow>(folding, own_key);
  if (own) folding.rows.erase(own_key);
  const Key key = standing_key(body.conversation, body.ordinal);
  auto standing = row_at<StandingRow>(folding, key);
  if (!standing) return;
  const bool live = folding.message->status == domain::MessageStatus::live;
  if (own && live) {
    for (const std::string& emoji : own->emojis) domain::count_emoji(standing->reactions, emoji, false);
  }
  const auto kept = past::erase_reactor(folding, body.message, body.user, standing->reactions_ever);
  standing->reactions_ever = kept.count;
  standing->last_reaction = kept.last;
  if (standing->empty()) return folding.rows.erase(key);
  put_row(folding, key, *standing);
}

}  // namespace hansard::projections::erasing

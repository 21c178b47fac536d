#include "projections/standing.h"

#include <algorithm>

#include "projections/erasing.h"
#include "projections/past_fold.h"
#include "projections/past_rows.h"
#include "projections/side_rows.h"

namespace hansard::projections::standing {

namespace {
template <class Change>
void change_standing(Folding& folding, const ConversationId& conversation, Ordinal ordinal, const Change& change) {
  Key key = standing_key(conversation, ordinal);
  auto before = row_at<StandingRow>(folding, key);
  StandingRow row = before.value_or(StandingRow{});
  change(row);
  if (before || !row.empty()) put_row(folding, key, row);
}

// False: it was so already.
bool change_own(Folding& folding, const Key& key, const std::string& emoji, bool added) {
  EmojisRow own = row_at<EmojisRow>(folding, key).value_or(EmojisRow{});
  auto found = std::ranges::find(own.emojis, emoji);
  if (added == (found != own.emojis.end())) return false;
  if (added) {
    own.emojis.push_back(emoji);
  } else {
    own.emojis.erase(found);
  }
  if (own.emojis.empty()) {
    folding.rows.erase(key);
  } else {
    put_row(folding, key, own);
  }
  return true;
}

template <class Reaction>
void fold_reaction(Folding& folding, const Reaction& body, bool added) {
  if (!body.content || folding.message->status != domain::MessageStatus::live) return;
  const std::string& emoji = body.content->emoji;
  if (!change_own(folding, reactions_key(body.message, body.user), emoji, added)) return;
  change_standing(folding, body.conversation, body.ordinal, [&](StandingRow& row) {
    domain::count_emoji(row.reactions, emoji, added);
    past::note_reaction(folding, body, row.reactions_ever++, added);
    row.last_reaction = folding.event.position;
  });
}
}  // namespace

void fold(Folding& folding, const domain::ReactionAdded& body) { fold_reaction(folding, body, true); }
void fold(Folding& folding, const domain::ReactionRemoved& body) {
  if (!body.content) return erasing::forget_reactor(folding, body);
  fold_reaction(folding, body, false);
}

void add_reply(Folding& folding, const domain::MessageFacts& facts) {
  if (!facts.reply_to) return;
  std::uint64_t replies_ever = 0;
  change_standing(folding, facts.conversation, facts.reply_to_ordinal, [&](StandingRow& row) {
    ++row.replies;
    replies_ever = ++row.replies_ever;
    row.last_reply = facts.ordinal;
  });
  insert_row(folding, thread_key(facts.conversation, facts.reply_to_ordinal, facts.ordinal), CountRow{replies_ever});
}

void remove_reply(Folding& folding, const domain::MessageFacts& facts) {
  if (!facts.reply_to) return;
  change_standing(folding, facts.conversation, facts.reply_to_ordinal,
                  [](StandingRow& row) { row.replies -= row.replies > 0 ? 1 : 0; });
  past::note_reply_departed(folding, facts);
}

void drop_reactions(Folding& folding, const domain::MessageFacts& facts) {
  Key key = standing_key(facts.conversation, facts.ordinal);
  auto row = row_at<StandingRow>(folding, key);
  if (!row || row->reactions.empty()) return;
  row->reactions.clear();
  put_row(folding, key, *row);
}

}  // namespace hansard::projections::standing

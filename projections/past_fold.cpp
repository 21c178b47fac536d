#include "projections/past_fold.h"

#include "projections/ordinal_set.h"
#include "projections/past_rows.h"
#include "projections/side_rows.h"

namespace hansard::projections::past {

namespace {
bool counts_at_all(const domain::MessageFacts& facts) { return facts.type != domain::MessageType::system; }

Key reply_key(const domain::MessageFacts& facts) {
  return past_reply_key(facts.conversation, facts.reply_to_ordinal, facts.ordinal);
}

void erase_reactions(Folding& folding, const domain::MessageFacts& facts) {
  Key key = standing_key(facts.conversation, facts.ordinal);
  auto row = row_at<StandingRow>(folding, key);
  if (!row) return;
  for (std::uint64_t number = 0; number < row->reactions_ever; ++number) {
    folding.rows.erase(past_reaction_key(facts.message, number));
  }
  row->reactions.clear();
  row->reactions_ever = 0;
  row->last_reaction = {};
  if (row->empty()) {
    folding.rows.erase(key);
  } else {
    put_row(folding, key, *row);
  }
}
}  // namespace

void keep_about(Folding& folding, const ConversationId& id, const AboutRow& about) {
  ConversationRow& now = folding.conversation;
  insert_row(folding, past_about_key(id, folding.event.position),
             PastAboutRow{now.about_since, now.settings_version, now.settings, about.title, about.metadata});
  now.about_since = folding.event.position;
}

void note_place(Folding& folding, const ConversationId& id, const UserId& user, const ReaderRow& now) {
  insert_row(folding, past_place_key(id, user, folding.event.position),
             PastPlaceRow{now.member, now.role, now.joined_at, now.joined_after});
}

void note_reader(Folding& folding, const ConversationId& id, const UserId& user, const ReaderView& now) {
  insert_row(folding, past_reader_key(id, user, folding.event.position), PastReaderRow{now});
}

void note_departed(Folding& folding, const domain::MessageFacts& facts) {
  if (!counts_at_all(facts)) return;
  insert_row(folding, departure_key(facts.conversation, facts.ordinal), PositionRow{folding.event.position});
}

void note_reply_departed(Folding& folding, const domain::MessageFacts& facts) {
  insert_row(folding, reply_key(facts), PositionRow{folding.event.position});
}

void note_unmentioned(Folding& folding, const domain::MessageFacts& facts, const std::vector<UserId>& users) {
  for (const UserId& user : users) {
    change_scatter(folding.rows, past_mention_set(facts.conversation, user), facts.ordinal, true);
  }
}

KeptReactions erase_reactor(Folding& folding, const MessageId& message, const UserId& user, std::uint64_t ever) {
  KeptReactions kept;
  for (std::uint64_t number = 0; number < ever; ++number) {
    const Key key = past_reaction_key(message, number);
    const auto row = row_at<PastReactionRow>(folding, key);
    if (!row) continue;
    folding.rows.erase(key);
    if (row->user == user) continue;
    put_row(folding, past_reaction_key(message, kept.count++), *row);
    kept.last = row->position;
  }
  return kept;
}

void erase_message(Folding& folding, const domain::MessageFacts& facts, std::span<const UserId> mentioned) {
  erase_reactions(folding, facts);
  for (const UserId& user : mentioned) {
    change_scatter(folding.rows, past_mention_set(facts.conversation, user), facts.ordinal, false);
  }
}

void erase_about(Folding& folding, const ConversationId& id) {
  for (Position until = folding.conversation.about_since;;) {
    Key key = past_about_key(id, until);
    auto row = row_at<PastAboutRow>(folding, key);
    if (!row) return;
    row->title.clear();
    row->metadata.clear();
    put_row(folding, key, *row);
    until = row->since;
  }
}

}  // namespace hansard::projections::past

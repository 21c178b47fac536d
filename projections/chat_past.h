// The Past of past.h over the chat view's rows. Its sources: past_conversation.cpp (conversations, members, pointers),
// past_history.cpp (messages), past_unread.cpp (unread counts).
//
// Thread: one at a time. Keeps one cursor for all its walks, and the conversation that was asked for last.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "projections/ordinal_set.h"
#include "projections/past.h"
#include "projections/past_rows.h"
#include "projections/rows.h"
#include "projections/side_rows.h"
#include "projections/view_store.h"

namespace hansard::projections {

class ChatPast final : public Past {
 public:
  // `at` is at or below the checkpoint of `rows`.
  ChatPast(std::shared_ptr<const StoreSnapshot> rows, Position at) : rows_(std::move(rows)), at_(at) {}

  Position position() const override { return at_; }

  std::optional<ConversationView> conversation(const ConversationId& id) const override;
  std::optional<MemberView> member(const ConversationId& id, const UserId& user) const override;
  ReaderView reader(const ConversationId& id, const UserId& user) const override;
  MembersPage members(const ConversationId& id, const UserId& after, std::size_t limit) const override;
  FirstReach first_reach(const ConversationId& id, const UserId& user, Ordinal ordinal) const override;

  std::optional<MessageView> message(const MessageId& id) const override;
  std::optional<MessageView> message_at(const ConversationId& id, Ordinal ordinal) const override;
  std::optional<MessageView> version_at(const ConversationId& id, Ordinal ordinal) const override;
  HistoryPage history(const ConversationId& id, const HistoryQuery& query) const override;

  UnreadCount unread(const ConversationId& id, const UserId& user) const override;
  Explain explain(const ConversationId& id, const UserId& user, std::size_t ordinals_max) const override;
  std::vector<ConversationId> conversations(const UserId& user) const override;

 private:
  // A conversation as it stood: `row` is the present, the rest is of then.
  struct Then {
    ConversationId id;
    ConversationRow row;
    Version version;
    Ordinal last_ordinal;
    Position last_message;
    std::uint32_t member_count = 0;
  };
  struct Reading {  // a member's unread messages: above `base`
    Then then;
    UserId user;
    ReaderView reader;
    Ordinal base;
  };

  template <class Row>
  std::optional<Row> row(std::string_view key) const {
    return read_row<Row>(*rows_, key);
  }
  template <class Row>
  Row decoded(const RowCursor& at) const {
    Row row;
    if (!row.decode(at.value())) rows_->damaged(at.key());
    return row;
  }
  RowCursor& cursor() const;

  // Nothing: it was not yet created.
  std::optional<Then> then(const ConversationId& id) const;
  std::optional<Then> find_then(const ConversationId& id) const;
  void show_about(ConversationView& view, const ConversationRow& row) const;
  std::optional<PastPlaceRow> place(const ConversationId& id, const UserId& user) const;
  // Of a member or not, as they were at `at`.
  ReaderView pointers(const ConversationId& id, const UserId& user, Position at) const;

  // By the index of their message.
  using Standings = std::vector<std::pair<std::size_t, StandingRow>>;
  // Newest first. Every ordinal from above `above` to `newest` was there then.
  std::vector<MessageView> message_range(const Then& then, Ordinal newest, Ordinal above) const;
  std::vector<MessageView> version_range(const Then& then, Ordinal newest, Ordinal above, Standings& standings) const;
  void show_standing(const Then& then, MessageView& message, const StandingRow& standing) const;
  std::uint64_t live_replies(const Then& then, Ordinal parent, const StandingRow& standing) const;
  std::vector<ReactionView> reactions(const MessageId& message, const StandingRow& standing) const;
  HistoryPage thread_history(const Then& then, const HistoryQuery& query) const;
  std::vector<Ordinal> replies(const Then& then, const HistoryQuery& query, Ordinal parent) const;

  Ordinal hidden_through(const ConversationId& id, const PastPlaceRow& place) const;
  std::optional<Reading> reading(const ConversationId& id, const UserId& user) const;
  UnreadCount count(const Reading& reading) const;
  std::uint64_t sent_between(const Key& set, const Reading& reading) const;
  std::uint64_t departed_of_others(const Reading& reading) const;
  std::uint64_t mentions(const Reading& reading) const;
  BlockBits silent_in_block(const Reading& reading, std::uint32_t block) const;

  std::shared_ptr<const StoreSnapshot> rows_;
  const Position at_;
  mutable std::unique_ptr<RowCursor> cursor_;
  mutable std::optional<std::pair<ConversationId, std::optional<Then>>>
      asked_;  // the last one: the past does not change
};

}  // namespace hansard::projections

// The Snapshot of queries.h over the chat view's rows. Its sources: snapshot.cpp (conversations, members, streams),
// snapshot_history.cpp (messages), snapshot_list.cpp (the caller's conversations), snapshot_people.cpp (people),
// snapshot_waiting.cpp (what waits for its time), snapshot_files.cpp (files), snapshot_erasures.cpp (erasures, holds).
//
// Thread: one at a time. Keeps one cursor for all its walks.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "projections/past.h"
#include "projections/queries.h"
#include "projections/rows.h"
#include "projections/side_rows.h"
#include "projections/unread_memo.h"
#include "projections/view_store.h"

namespace hansard::projections {

class ChatSnapshot final : public Snapshot {
 public:
  ChatSnapshot(std::shared_ptr<const StoreSnapshot> rows, std::shared_ptr<UnreadMemo> memo)
      : rows_(std::move(rows)), memo_(std::move(memo)) {}

  Position position() const override { return rows_->checkpoint().position; }
  std::unique_ptr<Past> past(Position at) const override;

  std::optional<ConversationView> conversation(const ConversationId& id) const override;
  std::optional<MemberView> member(const ConversationId& id, const UserId& user) const override;
  ReaderView reader(const ConversationId& id, const UserId& user) const override;
  std::vector<MemberView> members(const ConversationId& id, const UserId& after, std::size_t limit) const override;

  std::optional<MessageView> message(const MessageId& id, const Viewer& viewer = {}) const override;
  std::optional<MessageView> message_at(const ConversationId& id, Ordinal ordinal,
                                        const Viewer& viewer = {}) const override;
  HistoryPage history(const ConversationId& id, const HistoryQuery& query, Ordinal floor) const override;
  std::vector<MessageView> versions(const ConversationId& id, Ordinal ordinal, Version after,
                                    std::size_t limit) const override;

  ListPage conversations(const UserId& user, const ListFilter& filter, std::optional<ListCursor> cursor,
                         std::size_t limit) const override;
  std::optional<ListEntry> list_entry(const ConversationId& id, const UserId& user) const override;
  UnreadCount unread(const ConversationId& id, const UserId& user) const override;
  Explain explain(const ConversationId& id, const UserId& user, std::size_t ordinals_max) const override;

  std::optional<ProfileView> profile(const UserId& user) const override;
  bool blocks(const UserId& by, const UserId& who) const override;
  std::optional<Timestamp> last_seen(const UserId& user) const override;
  std::vector<UserId> contacts(const UserId& user, std::uint32_t members_max, const UserId& after,
                               std::size_t limit) const override;
  bool share_conversation(const UserId& a, const UserId& b, std::uint32_t members_max) const override;

  std::vector<ScheduledView> scheduled(const UserId& author, const std::optional<ScheduledCursor>& after,
                                       std::size_t limit) const override;
  std::optional<ScheduledView> scheduled_message(const MessageId& id) const override;
  std::vector<DueSend> due_sends(Timestamp until, const std::optional<ScheduledCursor>& after,
                                 std::size_t limit) const override;
  std::vector<ExpiringConversation> expiring(Timestamp now, const std::optional<ExpiringConversation::Place>& from,
                                             std::size_t limit) const override;
  ExpirableStretch expirable_in(const ConversationId& id, Ordinal from, Timestamp now,
                                std::size_t ordinals_max) const override;

  std::optional<FileView> file(const FileId& id) const override;
  bool may_read_file(const FileId& id, const UserId& user) const override;
  std::vector<CollectableFile> collectable_files(Timestamp uploaded_before,
                                                 const std::optional<CollectableFile::Place>& after,
                                                 std::size_t limit) const override;
  bool is_file_carried(const FileId& id) const override;
  bool is_blob_used(const base::Digest& sha256) const override;

  std::optional<ErasureView> erasure(const base::ErasureId& id) const override;
  std::vector<ErasureView> erasures(bool open, const base::ErasureId& after, std::size_t limit) const override;
  std::optional<HoldView> hold(const base::HoldId& id) const override;
  std::vector<HoldView> holds(const base::HoldId& after, std::size_t limit) const override;
  std::uint64_t holds_released() const override;

  std::vector<Membership> memberships(const UserId& user) const override;
  std::vector<StreamEntry> stream(const base::StreamId& stream, Position after, std::size_t limit) const override;

 private:
  struct Placed {  // a conversation with its place in a list
    ConversationId id;
    Position place;
    ConversationRow row;
    ReaderRow reader;
  };

  template <class Row>
  std::optional<Row> row(std::string_view key) const {
    return read_row<Row>(*rows_, key);
  }
  template <class Row>
  Row decoded(const RowCursor& at) const;
  RowCursor& cursor() const;

  // Present members only.
  std::optional<ReaderRow> present_reader(const ConversationId& id, const UserId& user) const;
  ConversationView show(const ConversationId& id, const ConversationRow& row) const;
  UnreadCount count_unread(const ConversationId& id, const UserId& user, const ConversationRow& row,
                           const ReaderRow& reader) const;
  ListEntry entry(const UserId& user, const Placed& placed) const;

  // Present members of conversations that are not larger.
  std::vector<ConversationId> small_conversations(const UserId& user, std::uint32_t members_max) const;
  // Every conversation with a reader row of the user, in key order.
  std::vector<std::pair<ConversationId, ReaderRow>> reader_rows(const UserId& user) const;
  Position place_as_of(const ConversationId& id, const ConversationRow& row, Position as_of) const;
  bool passes(const ConversationId& id, const ConversationRow& row, const ReaderRow& reader,
              const ListFilter& filter) const;
  std::vector<Placed> placed(const UserId& user, const ListFilter& filter, Position as_of) const;

  std::vector<MessageView> message_range(const ConversationId& id, Ordinal newest, Ordinal above,
                                         const Viewer& viewer) const;
  HistoryPage thread_history(const ConversationId& id, const HistoryQuery& query, Ordinal floor) const;
  std::vector<Ordinal> replies(const ConversationId& id, const HistoryQuery& query, Ordinal parent,
                               Ordinal floor) const;
  void read_message(const ConversationId& id, std::string_view key, std::string_view bytes, MessageView& message) const;
  void show_standing(MessageView& message, const StandingRow& standing, const Viewer& viewer) const;

  bool may_see_carrier(const FileId& file, const ConversationId& id, const UserId& user) const;

  std::shared_ptr<const StoreSnapshot> rows_;
  std::shared_ptr<UnreadMemo> memo_;
  mutable std::unique_ptr<RowCursor> cursor_;
};

template <class Row>
Row ChatSnapshot::decoded(const RowCursor& at) const {
  Row row;
  if (!row.decode(at.value())) rows_->damaged(at.key());
  return row;
}

}  // namespace hansard::projections

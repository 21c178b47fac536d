// The sequencer's write index: everything decide looks at, and the command ids that were accepted. It is the fold of
// the log and can always be rebuilt from it. What the database does not hold yet stands in overlays of whole rows: one
// that is written, and at most two sealed ones the folder thread is bringing to disk.
//
//   lookup:  overlay -> sealed overlays, newest first -> rows cached -> database
//
// Invariants: a row in an overlay hides every older one; the database equals the fold of log[1..checkpoint] (I8); a
// checkpoint never stands between the events of one command.
// Thread: one, the sequencer's, except overlay_events and purge. Owns: the database in its folder and the folder
// threads. Limits: IndexLimits.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/domain/decide.h"
#include "engine/index/folder.h"
#include "engine/index/row_cache.h"
#include "engine/index/row_store.h"
#include "engine/index/rows.h"

namespace hansard::index {

struct IndexLimits {
  std::size_t overlay_events_max = 100'000;
  std::size_t cache_bytes = 64u << 20;  // half for cached rows, half for the database's blocks
  bool has_thread = true;               // false: `step` brings overlays to disk and cleans it
};

// Where the log stands when the index is opened.
struct LogEnd {
  Position durable;
  std::uint32_t epoch = 0;
};

// Content is no part of the index: it is read back from the event at a position. Nothing: erased.
class ContentSource {
 public:
  virtual ~ContentSource() = default;
  virtual std::optional<domain::MessageContent> message_content(Position at) const = 0;
  virtual std::optional<domain::ConversationContent> conversation_content(Position at) const = 0;
  virtual std::optional<domain::ProfileContent> profile_content(Position at) const = 0;
  virtual std::optional<domain::FileContent> file_content(Position at) const = 0;
};

class WriteIndex final : public domain::StateWriter {
 public:
  // An index that is ahead of the log, of another epoch or unreadable is wiped; the caller folds what is missing after
  // `folded_through`. `contents` outlives the index.
  static Result<std::unique_ptr<WriteIndex>> open(std::unique_ptr<RowStore> store, const IndexLimits& limits,
                                                  LogEnd log, const ContentSource& contents);
  static Result<std::unique_ptr<WriteIndex>> open(const std::string& folder, const IndexLimits& limits, LogEnd log,
                                                  const ContentSource& contents);
  // Without stop() what is not in the database is left for the next start to fold, as after a crash.
  ~WriteIndex() override;

  std::optional<ConversationState> conversation(const ConversationId& id) const override;
  std::optional<MemberState> member(const ConversationId& id, const UserId& user) const override;
  std::optional<MessageState> message(const MessageId& id) const override;
  ReaderState reader(const ConversationId& id, const UserId& user) const override;
  std::vector<domain::EmojiCount> reactions(const MessageId& id) const override;
  std::vector<std::string> reactions_by(const MessageId& id, const UserId& user) const override;
  bool blocks(const UserId& user, const UserId& other) const override;
  std::optional<domain::FileState> file(const base::FileId& id) const override;
  std::optional<domain::ScheduledState> scheduled(const MessageId& id) const override;
  domain::UserState user(const UserId& id) const override;
  std::vector<UserId> reactors(const MessageId& id) const override;
  std::optional<domain::ErasureState> erasure(const base::ErasureId& id) const override;
  std::optional<domain::HoldState> hold(const base::HoldId& id) const override;
  std::vector<base::HoldId> holds_on(const domain::HoldScope& scope) const override;
  bool has_conflict(const base::HoldId& id, const domain::HoldWanted& wanted) const override;
  Version stream_version(const StreamId& stream) const override;
  std::optional<domain::MessageContent> message_content(Position at) const override;
  std::optional<domain::ConversationContent> conversation_content(Position at) const override;
  std::optional<domain::ProfileContent> profile_content(Position at) const override;
  std::optional<domain::FileContent> file_content(Position at) const override;

  void put_conversation(const ConversationId& id, ConversationState state) override;
  void put_member(const ConversationId& id, const UserId& user, std::optional<MemberState> state) override;
  void put_message(const MessageId& id, MessageState state) override;
  void put_reader(const ConversationId& id, const UserId& user, ReaderState state) override;
  void put_reactions(const MessageId& id, std::vector<domain::EmojiCount> counts) override;
  void put_reactions_by(const MessageId& id, const UserId& user, std::vector<std::string> emojis) override;
  void put_block(const UserId& user, const UserId& other, bool blocked) override;
  void put_file(const base::FileId& id, domain::FileState state) override;
  void put_scheduled(const MessageId& id, std::optional<domain::ScheduledState> state) override;
  void put_user(const UserId& id, domain::UserState state) override;
  void put_erasure(const base::ErasureId& id, domain::ErasureState state) override;
  void put_hold(const base::HoldId& id, domain::HoldState state) override;
  void put_holds_on(const domain::HoldScope& scope, std::vector<base::HoldId> holds) override;
  void put_conflict(const base::HoldId& id, const domain::HoldWanted& wanted) override;
  void put_stream_version(const StreamId& stream, Version version) override;

  // What an accepted command id appended, while it is kept.
  std::optional<CommandRow> command(const ShortDigest& hash) const;
  // Nearly every command id is new, and to learn that from the database costs more than all else about a command. So a
  // batch asks for all of its ids at once, the database only for those a filter may hold, and `command` answers them
  // from there until the next seal_if_full.
  void look_up_commands(std::vector<ShortDigest> hashes);

  // Folds the event after `folded_through`: the states it changes and the command it belongs to.
  void fold(const domain::RecordedEvent& event);
  Position folded_through() const { return through_; }
  // The event goes on with the command of the one folded last.
  bool continues_command(const domain::RecordedEvent& event) const;

  // Hands a full overlay to the folder, waiting while two wait; call it between commands, once what was folded is
  // durable.
  void seal_if_full();
  // Brings everything folded to the database. It does not wait for a compaction.
  void stop();

  // Command ids of earlier days are forgotten, and compacted away in the background.
  void keep_commands_from(std::uint32_t day);

  // True once the rows that events up to `through` (which is durable) replaced or removed are off the disk. That takes
  // a batch of the sequencer and work behind it: after false, call again when a command was executed. What
  // an earlier call achieved counts up to the position it reached, no further. Thread: one, any.
  bool purge(Position through);

  // One piece of the work of the folder's threads where there are none. False: nothing is to be done.
  bool step() { return folder_->step(); }

  // In memory, not in the database yet. Thread: any.
  std::size_t overlay_events() const { return overlay_events_.load(std::memory_order_relaxed); }

 private:
  WriteIndex(std::unique_ptr<RowStore> store, const IndexLimits& limits, LogEnd log, const ContentSource& contents);

  template <class Map, class Key>
  const typename Map::mapped_type* in_overlays(Map Rows::* table, const Key& key) const;
  template <class Cache, class Key>
  auto from_database(Cache& cache, Table table, const Key& key) const;
  template <class Map, class Cache, class Key>
  void put(Map Rows::* table, Cache& cache, const Key& key, typename Map::mapped_type row);
  std::optional<std::string> side(const SideKey& key) const;
  void put_side(const SideKey& key, std::optional<std::string> bytes);
  void fold_command(const domain::RecordedEvent& event);
  std::optional<CommandRow> stored_command(const ShortDigest& hash) const;
  void drop_new(std::vector<ShortDigest>& hashes) const;
  void read_commands(std::span<const ShortDigest> hashes);
  void seal();
  void begin_purge();
  void release_folded();

  const IndexLimits limits_;
  const std::uint32_t epoch_;
  const ContentSource& contents_;
  std::unique_ptr<RowStore> store_;
  Position through_;
  std::shared_ptr<Overlay> active_;
  std::vector<std::shared_ptr<Overlay>> sealed_;  // oldest first
  std::atomic<std::size_t> overlay_events_ = 0;
  std::atomic<std::uint64_t> purge_wanted_ = 0;  // the position a caller of purge waits for; 0: nobody does

  // Sorted; what the database said about the ids of the batch in hand.
  struct LookedUp {
    ShortDigest hash;
    std::optional<CommandRow> row;
  };
  std::vector<LookedUp> looked_up_;

  // The command of the event folded last.
  ShortDigest run_command_{};
  base::Timestamp run_time_;
  CommandRow run_;

  mutable RowCache<ConversationId, ConversationState> heads_;
  mutable RowCache<MemberKey, MemberState> members_;
  mutable RowCache<MemberKey, ReaderState> readers_;
  mutable RowCache<StreamId, Version> streams_;
  mutable RowCache<SideKey, std::string> sides_;
  std::unique_ptr<Folder> folder_;  // last: its thread ends before what it uses
};

}  // namespace hansard::index

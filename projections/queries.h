// What a reader may ask of the views: conversation and unread share one database and one checkpoint, so everything a
// Snapshot answers stands for one position. Rules of access (who may see what) are applied here, not at the edge: a
// query that names a viewer answers nothing to who is not a member now.
//
// Thread: a Snapshot belongs to one thread at a time; taking one is cheap (microseconds) and it must not be held over
// a wait. Values are copies.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/domain/events.h"
#include "engine/domain/values.h"

namespace hansard::projections {

using base::ConversationId;
using base::FileId;
using base::MessageId;
using base::Ordinal;
using base::Position;
using base::Timestamp;
using base::UserId;
using base::Version;

// Whose `me` the reactions of a message show. Nobody: `me` is false everywhere, which saves its lookup.
using Viewer = std::optional<UserId>;

struct ReactionView {
  std::string emoji;
  std::uint32_t count = 0;
  bool me = false;
  bool operator==(const ReactionView&) const = default;
};

// A message as it is now.
struct MessageView {
  domain::MessageFacts facts;
  Version version;                                // of its last change
  Position position;                              // of its last change
  std::optional<domain::MessageContent> content;  // nothing: deleted, expired or erased
  std::optional<Timestamp> edited_at;
  std::optional<Timestamp> deleted_at;  // or expired at
  bool expired = false;                 // `deleted_at` is when its retention ran out
  bool erased = false;
  std::uint32_t thread_count = 0;       // live replies
  std::vector<ReactionView> reactions;  // by the bytes of the emoji; none on what is not live
};

struct ConversationView {
  ConversationId id;
  domain::ConversationType type{};
  std::string title;
  std::string metadata;  // JSON text, "" for none
  domain::Settings settings;
  std::string external_id;
  UserId created_by;
  Timestamp created_at;
  Version version;
  Version settings_version;  // the ETag: of the last settings, title or metadata change
  bool closed = false;
  std::uint32_t member_count = 0;
  Ordinal last_ordinal;
  Position last_message_position;  // sorts the list; of creation while there is no message
};

struct MemberView {
  UserId user;
  domain::Role role{};
  Timestamp joined_at;
  Ordinal joined_after;  // history: from_join hides ordinals up to here
};

struct ReaderView {
  Ordinal read_up_to;
  std::optional<Ordinal> marked_from;
  Ordinal delivered_up_to;
  std::optional<Timestamp> read_at, delivered_at;
  Position read_position, delivered_position;  // of the events that last moved them
  bool archived = false, muted = false, pinned = false;
};

struct UnreadCount {
  std::uint64_t unread = 0;
  std::uint64_t mentions = 0;
};

// One of the caller's conversations with everything the list shows, in one read.
struct ListEntry {
  ConversationView conversation;
  domain::Role role{};
  ReaderView reader;
  UnreadCount unread;
  std::optional<MessageView> last_message;  // nothing: none yet, or hidden by from_join
};

struct ListFilter {
  std::optional<bool> archived;
  std::optional<domain::ConversationType> type;
  std::optional<std::string> external_id;
};
// Latest message first. A cursor fixes `as_of`: conversations that moved since keep their old place.
struct ListCursor {
  Position as_of;
  Position last_message_position;
  ConversationId id;
};
struct ListPage {
  std::vector<ListEntry> items;
  std::optional<ListCursor> next;
};

enum class Direction { before, after };
// Ordinals are exclusive. `before` answers newest first, `after` oldest first.
struct HistoryQuery {
  Direction direction = Direction::before;
  Ordinal from;                     // before: 0 = from the newest
  std::size_t limit = 50;           // 1..200
  std::optional<MessageId> thread;  // only replies to this message
  Viewer viewer = std::nullopt;
};
struct HistoryPage {
  std::vector<MessageView> items;
  bool more = false;
};

struct Explain {
  std::uint64_t unread = 0;
  std::vector<Ordinal> ordinals;  // ascending; at most the asked ordinals_max
  bool truncated = false;
  Ordinal read_up_to;
  std::optional<Ordinal> marked_from;
};

// A step of a stream: what a resuming session needs to know before it fetches anything.
struct StreamEntry {
  Position position;
  Version version;
  domain::EventType type{};
  Ordinal ordinal;  // of the message, for message events
};

// A conversation of a user, also one he is no longer in.
struct Membership {
  ConversationId conversation;
  bool member = false;  // now
  Position changed;     // of the event that last changed membership
  Position head;        // last event of the conversation
  Position receipts;    // last read or delivered event of any member
  Ordinal joined_after;
  std::uint32_t member_count = 0;
  bool from_join = false;  // settings.history: ordinals up to joined_after are hidden
};

struct ProfileView {
  std::string display_name;
  std::string avatar;
  std::string metadata;  // JSON text, "" for none
  Timestamp updated_at;
  bool operator==(const ProfileView&) const = default;
};

// A message that waits for its time. `facts` has no ordinal yet.
struct ScheduledView {
  domain::MessageFacts facts;
  Timestamp send_at;
  std::optional<domain::MessageContent> content;  // nothing: erased
  Position position;                              // of send.scheduled
};
// Earliest first; the last one shown.
struct ScheduledCursor {
  Timestamp send_at;
  MessageId message;
};
struct DueSend {
  MessageId message;
  UserId author;
  Timestamp send_at;
  bool operator==(const DueSend&) const = default;
};

// A conversation with a live message whose retention has run out.
struct ExpiringConversation {
  struct Place {
    Timestamp due;  // of `oldest`
    ConversationId conversation;
    auto operator<=>(const Place&) const = default;
  };
  Place place;
  Ordinal oldest;  // its first live message
};
// Live messages of one conversation whose retention has run out, oldest first. A message waits for the live ones
// before it, also where the log's clock went back.
struct ExpirableStretch {
  struct Message {
    MessageId message;
    UserId author;
    Ordinal ordinal;
  };
  std::vector<Message> messages;
  Ordinal end;           // looked at up to here, exclusive
  bool is_whole = true;  // nothing is due from there on
};

struct FileView {
  FileId id;
  UserId owner;
  base::Digest sha256{};
  std::uint64_t size = 0;  // bytes
  std::string name;
  std::string media_type;
  Timestamp uploaded_at;
  bool collected = false;
  bool operator==(const FileView&) const = default;
};
// A file that no message needs. `place` is what a cursor goes on from.
struct CollectableFile {
  struct Place {
    Timestamp at;  // of the upload; 0 for what was attached once
    FileId file;
    auto operator<=>(const Place&) const = default;
  };
  Place place;
  UserId owner;
  base::Digest sha256{};
};

struct ErasureView {
  base::ErasureId id;
  domain::ErasureScope scope;
  UserId requested_by;
  Timestamp requested_at;
  Position requested;         // of erasure.requested, which holds the reason
  std::uint64_t erased = 0;   // messages so far
  std::uint64_t records = 0;  // overwritten; once it is complete
  std::uint64_t held = 0;     // conflicts with legal holds
  std::optional<Timestamp> completed_at;
  bool operator==(const ErasureView&) const = default;
};
struct HoldView {
  base::HoldId id;
  domain::HoldScope scope;
  UserId placed_by;
  Timestamp placed_at;
  Position placed;  // of hold.placed, which holds the reason
  std::optional<Timestamp> released_at;
  bool operator==(const HoldView&) const = default;
};

class Past;  // past.h

class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Position position() const = 0;
  // Everything as it stood at `at`, which is at or below position(). Outlives the snapshot.
  virtual std::unique_ptr<Past> past(Position at) const = 0;

  virtual std::optional<ConversationView> conversation(const ConversationId& id) const = 0;
  virtual std::optional<MemberView> member(const ConversationId& id, const UserId& user) const = 0;  // now
  virtual ReaderView reader(const ConversationId& id, const UserId& user) const = 0;
  // By user id, `after` exclusive ("" = from the start).
  virtual std::vector<MemberView> members(const ConversationId& id, const UserId& after, std::size_t limit) const = 0;

  virtual std::optional<MessageView> message(const MessageId& id, const Viewer& viewer = {}) const = 0;
  virtual std::optional<MessageView> message_at(const ConversationId& id, Ordinal ordinal,
                                                const Viewer& viewer = {}) const = 0;
  // `floor`: ordinals at or below stay hidden (from_join).
  virtual HistoryPage history(const ConversationId& id, const HistoryQuery& query, Ordinal floor) const = 0;
  // The versions of a message above `after`, oldest first, without replies and reactions.
  virtual std::vector<MessageView> versions(const ConversationId& id, Ordinal ordinal, Version after,
                                            std::size_t limit) const = 0;

  virtual ListPage conversations(const UserId& user, const ListFilter& filter, std::optional<ListCursor> cursor,
                                 std::size_t limit) const = 0;
  virtual std::optional<ListEntry> list_entry(const ConversationId& id, const UserId& user) const = 0;
  virtual UnreadCount unread(const ConversationId& id, const UserId& user) const = 0;
  virtual Explain explain(const ConversationId& id, const UserId& user, std::size_t ordinals_max) const = 0;

  virtual std::optional<ProfileView> profile(const UserId& user) const = 0;
  // Whether `by` has blocked `who`.
  virtual bool blocks(const UserId& by, const UserId& who) const = 0;
  virtual std::optional<Timestamp> last_seen(const UserId& user) const = 0;
  // Those who share a conversation of at most `members_max` members with the user, by user id, `after` exclusive.
  // Looks at up to `limit` members of each of his conversations.
  virtual std::vector<UserId> contacts(const UserId& user, std::uint32_t members_max, const UserId& after,
                                       std::size_t limit) const = 0;
  virtual bool share_conversation(const UserId& a, const UserId& b, std::uint32_t members_max) const = 0;

  // What the author has waiting, earliest first.
  virtual std::vector<ScheduledView> scheduled(const UserId& author, const std::optional<ScheduledCursor>& after,
                                               std::size_t limit) const = 0;
  virtual std::optional<ScheduledView> scheduled_message(const MessageId& id) const = 0;
  // Whose time has come by `until`, inclusive, earliest first.
  virtual std::vector<DueSend> due_sends(Timestamp until, const std::optional<ScheduledCursor>& after,
                                         std::size_t limit) const = 0;
  // Where the retention of a live message has run out by `now`, inclusive, the longest due first; `from` inclusive.
  virtual std::vector<ExpiringConversation> expiring(Timestamp now,
                                                     const std::optional<ExpiringConversation::Place>& from,
                                                     std::size_t limit) const = 0;
  // What has by then; looks at `ordinals_max`, also at what is gone. Holds are the caller's concern.
  virtual ExpirableStretch expirable_in(const ConversationId& id, Ordinal from, Timestamp now,
                                        std::size_t ordinals_max) const = 0;

  virtual std::optional<FileView> file(const FileId& id) const = 0;
  // Who uploaded it, or a member who may see (from_join) a live message that carries it. Never a collected one.
  // Looks at as many conversations as the user or the file has, whichever is less.
  virtual bool may_read_file(const FileId& id, const UserId& user) const = 0;
  // Never attached and uploaded before then; or attached once, but every message that carried it is expired or erased
  // (a deleted one still counts: auditors may read it).
  virtual std::vector<CollectableFile> collectable_files(Timestamp uploaded_before,
                                                         const std::optional<CollectableFile::Place>& after,
                                                         std::size_t limit) const = 0;
  // Whether a message carries the file: waiting, live or deleted, not expired or erased.
  virtual bool is_file_carried(const FileId& id) const = 0;
  // Whether a file that is not collected has these bytes.
  virtual bool is_blob_used(const base::Digest& sha256) const = 0;

  // Erasures and legal holds, by id, `after` exclusive; ids rise with time. `open`: only those not complete.
  virtual std::optional<ErasureView> erasure(const base::ErasureId& id) const = 0;
  virtual std::vector<ErasureView> erasures(bool open, const base::ErasureId& after, std::size_t limit) const = 0;
  virtual std::optional<HoldView> hold(const base::HoldId& id) const = 0;
  virtual std::vector<HoldView> holds(const base::HoldId& after, std::size_t limit) const = 0;
  // How often a hold was released so far: what was refused before may be right afterwards.
  virtual std::uint64_t holds_released() const = 0;

  // Every conversation the user is or was in.
  virtual std::vector<Membership> memberships(const UserId& user) const = 0;
  virtual std::vector<StreamEntry> stream(const base::StreamId& stream, Position after, std::size_t limit) const = 0;
};

}  // namespace hansard::projections

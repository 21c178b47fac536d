// What a reader may ask of the past: everything as it stood right after one position, out of the same rows and with the
// same types as the present (queries.h). For auditors and support: nothing here names a viewer or hides anything from
// one; `me` of a reaction is false. Current erasures always apply: what is erased now was never there.
//
// Cost: seeks, not a replay. Each answer costs what it costs in the present and a few seeks. Three step over more rows:
// members, over those who were in the conversation at another time (kMembersSteppedMax of them a page); unread counts,
// over the messages above the pointer that no longer count; a message with reactions, over all it had until then.
//
// Thread: as a Snapshot; it keeps what it reads alive by itself. Values are copies.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "projections/queries.h"

namespace hansard::projections {

// By user id.
struct MembersPage {
  std::vector<MemberView> items;
  UserId next;  // the next page goes on behind him; "": that was all
};

struct Moment {
  Position position;
  Timestamp at;
};
// The events that first took a user's pointers to an ordinal or beyond; nothing where none did, or where a join did.
struct FirstReach {
  std::optional<Moment> delivered, read;
};

class Past {
 public:
  // Rows a page of members looks at: it may be short, or empty, with more to come.
  static constexpr std::size_t kMembersSteppedMax = 10'000;

  virtual ~Past() = default;
  // What it stands for; at or below the position of the snapshot it came from.
  virtual Position position() const = 0;

  // Nothing: it was not yet created.
  virtual std::optional<ConversationView> conversation(const ConversationId& id) const = 0;
  virtual std::optional<MemberView> member(const ConversationId& id, const UserId& user) const = 0;
  virtual ReaderView reader(const ConversationId& id, const UserId& user) const = 0;
  virtual MembersPage members(const ConversationId& id, const UserId& after, std::size_t limit) const = 0;
  // Also of who is no member any more. About log2(position) seeks for each pointer.
  virtual FirstReach first_reach(const ConversationId& id, const UserId& user, Ordinal ordinal) const = 0;

  virtual std::optional<MessageView> message(const MessageId& id) const = 0;
  virtual std::optional<MessageView> message_at(const ConversationId& id, Ordinal ordinal) const = 0;
  // The same without replies and reactions: a few seeks, however many it had.
  virtual std::optional<MessageView> version_at(const ConversationId& id, Ordinal ordinal) const = 0;
  // `query.viewer` is not looked at.
  virtual HistoryPage history(const ConversationId& id, const HistoryQuery& query) const = 0;

  // Of who was a member then; others have nothing unread.
  virtual UnreadCount unread(const ConversationId& id, const UserId& user) const = 0;
  virtual Explain explain(const ConversationId& id, const UserId& user, std::size_t ordinals_max) const = 0;
  // The conversations the user was a member of, by id.
  virtual std::vector<ConversationId> conversations(const UserId& user) const = 0;
};

}  // namespace hansard::projections

// What a reader may ask of the past: everything as it stood right after one position, out of the same rows and with the
// same types as the present (queries.h). For auditors and support: nothing here names a viewer or hides anything from
// one; `me` of a reaction is false. Current erasures always apply: what is erased now was never there.
//
// Cost: seeks, not a replay. Each answer is the present's plus a few seeks; members also step over those who were in
// the conversation at another time, unread counts over the messages that left the count above the pointer, and a
// message that anybody ever reacted to over its reactions until then.
//
// Thread: as a Snapshot; it keeps what it reads alive by itself. Values are copies.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "projections/queries.h"

namespace hansard::projections {

class Past {
 public:
  virtual ~Past() = default;
  // What it stands for; at or below the position of the snapshot it came from.
  virtual Position position() const = 0;

  // Nothing: it was not yet created.
  virtual std::optional<ConversationView> conversation(const ConversationId& id) const = 0;
  virtual std::optional<MemberView> member(const ConversationId& id, const UserId& user) const = 0;
  virtual ReaderView reader(const ConversationId& id, const UserId& user) const = 0;
  virtual std::vector<MemberView> members(const ConversationId& id, const UserId& after, std::size_t limit) const = 0;

  virtual std::optional<MessageView> message(const MessageId& id) const = 0;
  virtual std::optional<MessageView> message_at(const ConversationId& id, Ordinal ordinal) const = 0;
  // `query.viewer` is not looked at.
  virtual HistoryPage history(const ConversationId& id, const HistoryQuery& query) const = 0;

  // Of who was a member then; others have nothing unread.
  virtual UnreadCount unread(const ConversationId& id, const UserId& user) const = 0;
  virtual Explain explain(const ConversationId& id, const UserId& user, std::size_t ordinals_max) const = 0;
  // The conversations the user was a member of, by id.
  virtual std::vector<ConversationId> conversations(const UserId& user) const = 0;
};

}  // namespace hansard::projections

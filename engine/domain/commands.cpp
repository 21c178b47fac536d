#include "engine/domain/commands.h"

#include <algorithm>

#include "engine/base/hash.h"
#include "engine/domain/canonical_writer.h"

namespace hansard::domain {
namespace {

// UUIDv8 (RFC 9562 section 5.8): the digest's first 16 bytes with version and variant set.
ConversationId derived_id(std::string_view name_bytes) {
  const base::Digest digest = base::sha256(name_bytes);
  ConversationId id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

template <class Id>
void add_id(CanonicalWriter& out, const Id& id, bool client_made) {
  out.add(client_made);
  if (client_made) out.add(id);
}

void add(CanonicalWriter& out, const CreateConversation& c) {
  add_id(out, c.id, c.client_made);
  out.add_all(c.type, c.title, c.metadata, c.external_id, c.members, c.settings);
}
void add(CanonicalWriter& out, const UpdateConversation& c) {
  out.add_all(c.conversation, c.title, c.metadata, c.settings, c.if_match);
}
void add(CanonicalWriter& out, const CloseConversation& c) {
  out.add(c.conversation);
  if (c.if_match) out.add(c.if_match);
}
// A quiet request, as all were once, has the bytes it always had.
void add(CanonicalWriter& out, const AddMembers& c) {
  out.add_all(c.conversation, c.members);
  if (c.notice) out.add(true);
}
void add(CanonicalWriter& out, const RemoveMember& c) {
  out.add_all(c.conversation, c.user);
  if (c.notice) out.add(true);
}
void add(CanonicalWriter& out, const ChangeRole& c) { out.add_all(c.conversation, c.user, c.role); }
void add(CanonicalWriter& out, const SendMessage& c) {
  add_id(out, c.id, c.client_made);
  out.add_all(c.conversation, c.type, c.sender_type, c.content, c.reply_to, c.origin_time, c.quiet);
  if (c.send_at) out.add(c.send_at);
}
void add(CanonicalWriter& out, const ForwardMessage& c) {
  add_id(out, c.id, c.client_made);
  out.add_all(c.message, c.conversation);
}
void add(CanonicalWriter& out, const React& c) { out.add_all(c.message, c.emoji, c.add); }
void add(CanonicalWriter& out, const PutProfile& c) {
  out.add_all(c.user, c.profile.display_name, c.profile.avatar, c.profile.metadata);
}
void add(CanonicalWriter& out, const BlockUser& c) { out.add_all(c.user, c.blocked); }
// Not the id, which the edge makes up: the same upload is the same request.
void add(CanonicalWriter& out, const RecordFile& c) {
  out.add_all(base::view_of(c.sha256), c.size, c.content.name, c.content.media_type);
}
void add(CanonicalWriter& out, const NoteSeen& c) { out.add(c.at); }
void add(CanonicalWriter& out, const ExpireMessage& c) { out.add(c.message); }
void add(CanonicalWriter& out, const SendDue& c) { out.add(c.message); }
void add(CanonicalWriter& out, const NotifyMember& c) { out.add(c.message); }
void add(CanonicalWriter& out, const CollectFile& c) { out.add_all(c.file, c.seen); }
// Not the ids of erasures and holds, which the edge makes up.
void add(CanonicalWriter& out, const RequestErasure& c) { out.add_all(c.scope, c.reason); }
void add(CanonicalWriter& out, const PlaceHold& c) { out.add_all(c.scope, c.reason); }
void add(CanonicalWriter& out, const ReleaseHold& c) { out.add_all(c.id, c.reason); }
void add(CanonicalWriter& out, const EraseMessage& c) { out.add_all(c.erasure, c.message); }
void add(CanonicalWriter& out, const WithdrawReactions& c) { out.add_all(c.erasure, c.message); }
void add(CanonicalWriter& out, const EraseFile& c) { out.add_all(c.erasure, c.file, c.carriers); }
void add(CanonicalWriter& out, const EraseSubject& c) { out.add_all(c.erasure, c.is_begun); }
void add(CanonicalWriter& out, const CompleteErasure& c) { out.add_all(c.erasure, c.messages, c.records, c.through); }
void add(CanonicalWriter& out, const RecordAuditRead& c) {
  out.add_all(c.action, c.conversation, c.message, c.about, c.query);
}
void add(CanonicalWriter& out, const EditMessage& c) {
  out.add_all(c.message, c.text, c.metadata, c.mentions, c.if_match);
}
void add(CanonicalWriter& out, const DeleteMessage& c) { out.add_all(c.message, c.if_match); }
void add(CanonicalWriter& out, const Read& c) { out.add_all(c.conversation, c.up_to, c.message); }
void add(CanonicalWriter& out, const Delivered& c) { out.add_all(c.conversation, c.up_to); }
void add(CanonicalWriter& out, const MarkUnread& c) { out.add_all(c.conversation, c.from); }
void add(CanonicalWriter& out, const FlagConversation& c) {
  out.add_all(c.conversation, c.archived, c.muted, c.pinned);
}

}  // namespace

ConversationId direct_conversation_id(const UserId& a, const UserId& b) {
  CanonicalWriter name;
  name.add_all(std::string_view("hansard direct conversation"), std::min(a, b), std::max(a, b));
  return derived_id(name.take());
}

ConversationId external_conversation_id(const Caller& caller, std::string_view external_id) {
  CanonicalWriter name;
  name.add(std::string_view("hansard external conversation"));
  name.add(caller.service ? std::optional<UserId>() : std::optional<UserId>(caller.actor));
  name.add(external_id);
  return derived_id(name.take());
}

std::string canonical_bytes(const Command& command) {
  CanonicalWriter out;
  out.add(std::uint64_t{command.index()});
  std::visit([&out](const auto& c) { add(out, c); }, command);
  return out.take();
}

}  // namespace hansard::domain

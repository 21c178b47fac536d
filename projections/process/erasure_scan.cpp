#include "projections/process/erasure_scan.h"

#include <type_traits>

namespace hansard::process {

using base::MessageId;
using domain::MessageFacts;
using projections::Snapshot;

namespace {
bool is_erased(const MessageId& id, const Snapshot& now) {
  const auto message = now.message(id);
  return message && message->erased;
}

constexpr char kHex[] = "0123456789abcdef";
}  // namespace

ErasureScan::ErasureScan(const projections::ErasureView& erasure, std::uint64_t attempt)
    : id_(erasure.id), scope_(erasure.scope), attempt_(attempt) {}

bool ErasureScan::is_user(const base::UserId& user) const { return scope_ == domain::ErasureScope(user); }

bool ErasureScan::is_conversation(const base::ConversationId& id) const { return scope_ == domain::ErasureScope(id); }

// A copy is found by what it was forwarded from; of a direct conversation the copy does not name it.
bool ErasureScan::is_of(const MessageFacts& facts, const Snapshot& now) const {
  const auto& from = facts.forwarded_from;
  if (const auto* message = std::get_if<MessageId>(&scope_)) {
    return facts.message == *message || (from && from->message == *message);
  }
  if (is_user(facts.author) || is_conversation(facts.conversation)) return true;
  if (!from) return false;
  if (is_user(from->sender)) return true;
  const auto* conversation = std::get_if<base::ConversationId>(&scope_);
  if (conversation == nullptr) return false;
  const auto original = now.message(from->message);
  return original && original->facts.conversation == *conversation;
}

bool ErasureScan::is_of(const MessageId& id, const Snapshot& now) const {
  const auto message = now.message(id);
  return message && is_of(message->facts, now);
}

bool ErasureScan::is_draft_of(const MessageFacts& draft) const {
  return is_user(draft.author) || is_conversation(draft.conversation) || scope_ == domain::ErasureScope(draft.message);
}

bool ErasureScan::is_subject(const domain::AuditRead& read) const {
  return (read.conversation && is_conversation(*read.conversation)) || is_user(read.about) ||
         (read.message && scope_ == domain::ErasureScope(*read.message));
}

// 64 characters at most: the id whole, of the erasure the end of its random part, which is enough to tell two apart.
std::string ErasureScan::key(const char* what, const std::array<std::uint8_t, 16>& id) const {
  std::string text(what);
  auto append = [&text](std::uint8_t byte) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  };
  for (std::size_t i = 8; i < 16; ++i) append(id_.bytes[i]);
  for (const std::uint8_t byte : id) append(byte);
  return text + ":" + std::to_string(attempt_ % 1'000'000);
}

void ErasureScan::propose(const domain::RecordedEvent& event, const Snapshot& now, std::vector<Order>& orders) {
  if (event.body) std::visit([&](const auto& body) { orders_for(body, now, orders); }, *event.body);
}

void ErasureScan::orders_for(const domain::MessageSent& body, const Snapshot& now, std::vector<Order>& orders) {
  if (!is_of(body.facts, now)) return;
  note_files(body.files);
  const MessageId& message = body.facts.message;
  orders.push_back({domain::EraseMessage{id_, message}, {}, key("em:", message.bytes)});
}

// What still waits is cancelled, as its author would.
void ErasureScan::orders_for(const domain::SendScheduled& body, const Snapshot& now, std::vector<Order>& orders) {
  if (!is_draft_of(body.draft)) return;
  if (body.content) {
    for (const auto& attachment : body.content->attachments) files_.insert(attachment.file);
  }
  const MessageId& message = body.draft.message;
  if (!now.scheduled_message(message)) return;
  orders.push_back({domain::DeleteMessage{message, {}}, body.draft.author, key("es:", message.bytes)});
}

void ErasureScan::orders_for(const domain::ReactionAdded& body, const Snapshot&, std::vector<Order>& orders) {
  if (!is_user(body.user) || !reacted_.insert(body.message).second) return;
  orders.push_back({domain::WithdrawReactions{id_, body.message}, {}, key("er:", body.message.bytes)});
}

void ErasureScan::orders_for(const domain::FileUploaded& body, const Snapshot&, std::vector<Order>& orders) {
  if (!is_user(body.user)) return;
  files_.insert(body.file);
  orders.push_back({domain::EraseFile{id_, body.file}, {}, key("ef:", body.file.bytes)});
}

bool ErasureScan::note(const Order& order, const engine::Answer& answer) {
  bool kept = false;
  if (const auto* rejection = std::get_if<domain::Rejection>(&answer)) {
    kept = rejection->code == domain::RejectionCode::legal_hold;
  } else if (const auto* done = std::get_if<engine::Done>(&answer)) {
    kept = !done->events.empty() && done->events.front()->body &&
           std::holds_alternative<domain::HoldConflict>(*done->events.front()->body);
  }
  if (!kept) return true;
  ++kept_;
  if (const auto* withdraw = std::get_if<domain::WithdrawReactions>(&order.command)) {
    kept_reactions_.insert(withdraw->message);
  }
  return false;
}

std::vector<Order> ErasureScan::propose_files(const Snapshot& now) {
  std::vector<Order> orders;
  for (const auto& id : files_) {
    const auto file = now.file(id);
    if (!file || file->collected || now.is_file_carried(id)) continue;
    orders.push_back({domain::CollectFile{id, now.position()}, file->owner, key("ec:", id.bytes)});
  }
  return orders;
}

bool ErasureScan::takes(const domain::RecordedEvent& event, const Snapshot& now) const {
  if (!event.body) return false;
  return std::visit(
      [&](const auto& body) -> bool {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, domain::MessageSent> || std::is_same_v<Body, domain::MessageEdited>) {
          return is_of(body.facts, now) && is_erased(body.facts.message, now);
        } else if constexpr (std::is_same_v<Body, domain::ReactionAdded> ||
                             std::is_same_v<Body, domain::ReactionRemoved>) {
          if (is_user(body.user) && !kept_reactions_.contains(body.message)) return true;
          return is_erased(body.message, now) && is_of(body.message, now);
        } else if constexpr (std::is_same_v<Body, domain::SendScheduled>) {
          if (is_erased(body.draft.message, now)) return is_of(body.draft.message, now);
          return is_draft_of(body.draft) && !now.message(body.draft.message) &&
                 !now.scheduled_message(body.draft.message);
        } else if constexpr (std::is_same_v<Body, domain::ProfileUpdated>) {
          return is_user(body.user);
        } else if constexpr (std::is_same_v<Body, domain::FileUploaded>) {
          const auto file = now.file(body.file);
          return files_.contains(body.file) && (!file || file->collected);
        } else if constexpr (std::is_same_v<Body, domain::ConversationCreated> ||
                             std::is_same_v<Body, domain::ConversationUpdated>) {
          return is_conversation(body.conversation);
        } else if constexpr (std::is_same_v<Body, domain::AuditRead>) {
          return is_subject(body);
        } else {
          return false;
        }
      },
      *event.body);
}

std::vector<base::Digest> ErasureScan::blobs(const Snapshot& now) const {
  std::vector<base::Digest> found;
  for (const auto& id : files_) {
    const auto file = now.file(id);
    if (file && file->collected) found.push_back(file->sha256);
  }
  return found;
}

}  // namespace hansard::process

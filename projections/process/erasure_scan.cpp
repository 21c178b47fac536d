#include "projections/process/erasure_scan.h"

#include <algorithm>
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

void ErasureScan::propose(const domain::RecordedEvent& event, const Snapshot& now, std::vector<Proposal>& proposals) {
  if (!event.body) return;
  if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body)) note_carrier(*sent);
  if (event.position <= through_) {
    std::visit([&](const auto& body) { proposals_for(body, now, proposals); }, *event.body);
  } else if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body)) {
    if (is_copy(sent->facts, now)) proposals_for(*sent, now, proposals);
  }
}

// Of something that is erased by now, and so cannot be forwarded any more.
bool ErasureScan::is_copy(const MessageFacts& facts, const Snapshot& now) const {
  const auto& from = facts.forwarded_from;
  return from && is_of(facts, now) && is_erased(from->message, now);
}

void ErasureScan::note_carrier(const domain::MessageSent& body) {
  for (const auto& id : body.files) {
    const auto own = own_files_.find(id);
    if (own != own_files_.end()) own->second.push_back(body.facts.message);
  }
}

// Where it is erased already, by an earlier attempt or another erasure, what came before that still counts.
void ErasureScan::erase_message(const MessageFacts& facts, const Snapshot& now, std::vector<Proposal>& proposals) {
  const auto message = now.message(facts.message);
  if (message && message->erased) {
    reach_ = std::max(reach_, message->position);
  } else {
    proposals.push_back({domain::EraseMessage{id_, facts.message}, {}, key("em:", facts.message.bytes)});
  }
}

void ErasureScan::proposals_for(const domain::MessageSent& body, const Snapshot& now,
                                std::vector<Proposal>& proposals) {
  if (!is_of(body.facts, now)) return;
  files_.insert(body.files.begin(), body.files.end());
  erase_message(body.facts, now, proposals);
}

// In older logs another message may have the id of one that was cancelled.
bool ErasureScan::is_named_anew(const MessageFacts& draft, const Snapshot& now) const {
  const auto message = now.message(draft.message);
  return message && !is_of(message->facts, now);
}

// One that waits is cancelled; one that was sent meanwhile is erased like any other; of one that was cancelled a legal
// hold may keep the words.
void ErasureScan::proposals_for(const domain::SendScheduled& body, const Snapshot& now,
                                std::vector<Proposal>& proposals) {
  if (!is_draft_of(body.draft) || is_named_anew(body.draft, now)) return;
  if (body.content) {
    for (const auto& attachment : body.content->attachments) files_.insert(attachment.file);
  }
  erase_message(body.draft, now, proposals);
}

void ErasureScan::proposals_for(const domain::ReactionAdded& body, const Snapshot& now,
                                std::vector<Proposal>& proposals) {
  if (body.content) withdraw(body.user, body.message, now, proposals);
}

void ErasureScan::proposals_for(const domain::ReactionRemoved& body, const Snapshot& now,
                                std::vector<Proposal>& proposals) {
  if (body.content) withdraw(body.user, body.message, now, proposals);
}

// Of reactions without content nothing is left: an earlier attempt saw to them, and those that came since stay.
void ErasureScan::withdraw(const base::UserId& user, const MessageId& message, const Snapshot& now,
                           std::vector<Proposal>& proposals) {
  if (!is_user(user) || is_erased(message, now)) return;
  if (!withdrawn_.emplace(message, base::Position{}).second) return;
  proposals.push_back({domain::WithdrawReactions{id_, message}, {}, key("er:", message.bytes)});
}

void ErasureScan::proposals_for(const domain::FileUploaded& body, const Snapshot&, std::vector<Proposal>&) {
  if (!is_user(body.user)) return;
  files_.insert(body.file);
  own_files_.try_emplace(body.file);
}

namespace {
bool is_kept(const engine::Answer& answer) {
  if (const auto* rejection = std::get_if<domain::Rejection>(&answer)) {
    return rejection->code == domain::RejectionCode::legal_hold;
  }
  const auto* done = std::get_if<engine::Done>(&answer);
  return done != nullptr && !done->events.empty() && done->events.front()->body &&
         std::holds_alternative<domain::HoldConflict>(*done->events.front()->body);
}
}  // namespace

// What is for later has had no effect, and is ordered again.
void ErasureScan::note_later(const Proposal& proposal) {
  if (const auto* withdraw = std::get_if<domain::WithdrawReactions>(&proposal.command)) {
    withdrawn_.erase(withdraw->message);
  }
}

void ErasureScan::note(const Proposal& proposal, const engine::Answer& answer) {
  if (is_for_later(answer)) return note_later(proposal);
  const bool kept = is_kept(answer);
  if (kept) ++kept_;
  if (const auto* erase = std::get_if<domain::EraseMessage>(&proposal.command); kept && erase != nullptr) {
    kept_messages_.insert(erase->message);
  }
  const auto* done = std::get_if<engine::Done>(&answer);
  const bool has_event = done != nullptr && !done->events.empty();
  if (has_event) reach_ = std::max(reach_, done->position);
  if (const auto* withdraw = std::get_if<domain::WithdrawReactions>(&proposal.command)) {
    if (has_event && !kept) withdrawn_[withdraw->message] = done->position;
  } else if (const auto* file = std::get_if<domain::EraseFile>(&proposal.command)) {
    answered_files_.insert(file->file);
  } else if (const auto* unneeded = std::get_if<domain::CollectFile>(&proposal.command)) {
    answered_files_.insert(unneeded->file);
  }
}

std::vector<Proposal> ErasureScan::propose_files(const Snapshot& now, std::size_t most) const {
  std::vector<Proposal> proposals;
  for (const auto& id : files_) {
    if (proposals.size() == most) break;
    const auto file = now.file(id);
    if (!file || file->collected || answered_files_.contains(id)) continue;
    if (const auto own = own_files_.find(id); own != own_files_.end()) {
      proposals.push_back({domain::EraseFile{id_, id, own->second}, {}, ""});
    } else if (!now.is_file_carried(id)) {
      proposals.push_back({domain::CollectFile{id, now.position()}, file->owner, ""});
    }
  }
  return proposals;
}

bool ErasureScan::takes_reaction(const MessageId& message, const base::UserId& user, base::Position at,
                                 const Snapshot& now) const {
  const auto withdrawn = withdrawn_.find(message);
  if (is_user(user) && withdrawn != withdrawn_.end() && at <= withdrawn->second) return true;
  return is_erased(message, now) && (is_of(message, now) || (is_user(user) && at <= through_));
}

bool ErasureScan::takes_waiting(const MessageFacts& draft, const Snapshot& now) const {
  if (is_erased(draft.message, now)) return is_of(draft.message, now);
  if (now.message(draft.message) || now.scheduled_message(draft.message)) return false;
  return is_draft_of(draft) && !kept_messages_.contains(draft.message);
}

bool ErasureScan::takes(const domain::RecordedEvent& event, const Snapshot& now) const {
  if (!event.body) return false;
  const bool is_in_time = event.position <= through_;
  return std::visit(
      [&](const auto& body) -> bool {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, domain::MessageSent> || std::is_same_v<Body, domain::MessageEdited>) {
          return is_of(body.facts, now) && is_erased(body.facts.message, now);
        } else if constexpr (std::is_same_v<Body, domain::ReactionAdded> ||
                             std::is_same_v<Body, domain::ReactionRemoved>) {
          return takes_reaction(body.message, body.user, event.position, now);
        } else if constexpr (std::is_same_v<Body, domain::SendScheduled>) {
          return is_in_time && takes_waiting(body.draft, now);
        } else if constexpr (std::is_same_v<Body, domain::ProfileUpdated>) {
          return is_in_time && is_user(body.user);
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

// What an event has to do with one erasure: first which commands follow from it, then whether its record loses its
// content. The log is read twice with it, from the first event that may belong to the erasure on: simple, complete, and
// nothing is kept that grows with the number of messages.
//
// What belongs to a message: its sends and edits, as scheduled too, the reactions under it, and every message it was
// forwarded as. To a user: his messages, and those forwarded from him, his reactions anywhere, his profile and files,
// and what he waits to send. To a conversation: its messages, and those forwarded from it, title and metadata. Queries
// of audited reads about any of them go too.
//
// What was said after the erasure began does not belong to it. The exceptions are what came before the message itself
// was erased and would bring its words back: edits of it, reactions under it, copies of it, and a waiting message that
// was sent.
//
// Thread: one. Limits: files, who carries a user's, and messages with his reactions are remembered until the end.
#pragma once

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "projections/process/command_desk.h"
#include "projections/queries.h"

namespace hansard::process {

class ErasureScan {
 public:
  // `attempt` tells the keys of a repeated run apart: what a legal hold refused is asked anew after a release.
  ErasureScan(const projections::ErasureView& erasure, std::uint64_t attempt);
  // The last position that may belong to it by itself.
  void limit_to(base::Position through) { through_ = through; }

  // Appends what the event makes necessary.
  void propose(const domain::RecordedEvent& event, const projections::Snapshot& now, std::vector<Proposal>& proposals);
  // The answer to a proposal, also one that says to ask later.
  void note(const Proposal& proposal, const engine::Answer& answer);
  // The last event that followed from it, so far.
  base::Position reach() const { return reach_; }
  // Once every proposal has its effect in the view: files that nobody needs any more, and a user's own. At most `most`;
  // none: all were answered.
  std::vector<Proposal> propose_files(const projections::Snapshot& now, std::size_t most) const;

  // Whether the event's record is to lose its content, with every proposal applied to the view.
  bool takes(const domain::RecordedEvent& event, const projections::Snapshot& now) const;

  // Of the collected files among those that were met.
  std::vector<base::Digest> blobs(const projections::Snapshot& now) const;
  // Legal holds that stood in the way.
  std::uint64_t kept() const { return kept_; }

 private:
  bool is_of(const domain::MessageFacts& facts, const projections::Snapshot& now) const;
  bool is_of(const base::MessageId& message, const projections::Snapshot& now) const;
  bool is_copy(const domain::MessageFacts& facts, const projections::Snapshot& now) const;
  bool takes_reaction(const base::MessageId& message, const base::UserId& user, base::Position at,
                      const projections::Snapshot& now) const;
  bool takes_waiting(const domain::MessageFacts& draft, const projections::Snapshot& now) const;
  void note_later(const Proposal& proposal);
  void withdraw(const base::UserId& user, const base::MessageId& message, const projections::Snapshot& now,
                std::vector<Proposal>& proposals);
  void erase_message(const domain::MessageFacts& facts, const projections::Snapshot& now,
                     std::vector<Proposal>& proposals);
  bool is_draft_of(const domain::MessageFacts& draft) const;
  bool is_named_anew(const domain::MessageFacts& draft, const projections::Snapshot& now) const;
  bool is_user(const base::UserId& user) const;
  bool is_conversation(const base::ConversationId& id) const;
  bool is_subject(const domain::AuditRead& read) const;
  std::string key(const char* what, const std::array<std::uint8_t, 16>& id) const;
  void note_carrier(const domain::MessageSent& body);

  template <class Body>
  void proposals_for(const Body&, const projections::Snapshot&, std::vector<Proposal>&) {}
  void proposals_for(const domain::MessageSent& body, const projections::Snapshot& now,
                     std::vector<Proposal>& proposals);
  void proposals_for(const domain::SendScheduled& body, const projections::Snapshot& now,
                     std::vector<Proposal>& proposals);
  void proposals_for(const domain::ReactionAdded& body, const projections::Snapshot& now,
                     std::vector<Proposal>& proposals);
  void proposals_for(const domain::ReactionRemoved& body, const projections::Snapshot& now,
                     std::vector<Proposal>& proposals);
  void proposals_for(const domain::FileUploaded& body, const projections::Snapshot& now,
                     std::vector<Proposal>& proposals);

  const base::ErasureId id_;
  const domain::ErasureScope scope_;
  const std::uint64_t attempt_;
  base::Position through_, reach_;
  std::set<base::FileId> files_;
  std::map<base::FileId, std::vector<base::MessageId>> own_files_;  // a user's, and what ever carried them
  std::set<base::FileId> answered_files_;
  // Messages the user reacted to, and where that was taken back; 0: it was not, or not yet.
  std::unordered_map<base::MessageId, base::Position> withdrawn_;
  std::set<base::MessageId> kept_messages_;
  std::uint64_t kept_ = 0;
};

}  // namespace hansard::process

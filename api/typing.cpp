#include "api/typing.h"

#include <algorithm>

namespace hansard::api {

using base::ConversationId;
using base::MonotonicTime;
using base::UserId;
using domain::RejectionCode;
using domain::Role;
using projections::Snapshot;

namespace {

Problem refused(RejectionCode code, const char* why) { return problem_of(domain::Rejection{code, why}); }

// The other of a direct conversation does not want to hear of him.
bool is_unwanted(const Snapshot& snapshot, const projections::ConversationView& view, const UserId& user) {
  if (view.type != domain::ConversationType::direct) return false;
  auto members = snapshot.members(view.id, {}, 2);
  return std::any_of(members.begin(), members.end(),
                     [&](const auto& member) { return snapshot.blocks(member.user, user); });
}

}  // namespace

std::optional<Problem> voice_refusal(const Snapshot& snapshot, const ConversationId& conversation, const UserId& user) {
  auto member = snapshot.member(conversation, user);
  auto view = snapshot.conversation(conversation);
  if (!member || !view) return not_found();
  if (view->closed) return refused(RejectionCode::conversation_closed, "The conversation is closed for good.");
  if (member->role == Role::read_only) return refused(RejectionCode::read_only, "You may only read here.");
  bool is_elevated = member->role == Role::owner || member->role == Role::admin;
  const bool is_posted_by_some =
      view->settings.who_may_post == domain::WhoMayPost::admins &&
      (!is_elevated || view->type == domain::ConversationType::direct);  // of two equals neither stands above the other
  if (is_posted_by_some) return refused(RejectionCode::read_only, "Only owners and admins post here.");
  if (is_unwanted(snapshot, *view, user))
    return refused(RejectionCode::blocked, "The other person does not take messages from you.");
  return std::nullopt;
}

std::optional<Problem> note_typing(Context& context, const Snapshot& snapshot, const domain::Caller& caller,
                                   const ConversationId& conversation, bool is_typing) {
  if (auto problem = voice_refusal(snapshot, conversation, caller.actor)) return problem;
  if (context.typing) context.typing->note(conversation, caller.actor, is_typing);
  return std::nullopt;
}

void TypingBoard::note(const ConversationId& conversation, const UserId& user, bool is_typing) {
  auto now = clock_.monotonic();
  std::unique_lock lock(mutex_);
  Key key{conversation, user};
  auto found = typists_.find(key);
  if (found == typists_.end()) {
    if (!is_typing || typists_.size() >= kTypistsMax) return;
    // Long ago: the first start is told at once.
    found = typists_.emplace(key, Typist{false, true, now - std::chrono::milliseconds(kHoldMs), now}).first;
  }
  found->second.wanted = is_typing;
  found->second.expires = now + expiry_;
  tell_if_due(key, found->second, now);
  publish_told(std::move(lock));
}

void TypingBoard::tell_if_due(const Key& key, Typist& typist, MonotonicTime now) {
  if (typist.wanted == typist.told || now - typist.told_at < std::chrono::milliseconds(kHoldMs)) return;
  typist.told = typist.wanted;
  typist.told_at = now;
  told_.push_back({key.first, key.second, typist.told, clock_.now()});
}

void TypingBoard::tick() {
  auto now = clock_.monotonic();
  std::unique_lock lock(mutex_);
  for (auto it = typists_.begin(); it != typists_.end();) {
    auto& [key, typist] = *it;
    if (now >= typist.expires) typist.wanted = false;
    tell_if_due(key, typist, now);
    // Kept until the hold has passed, so that a new start is held too.
    bool is_over = !typist.wanted && !typist.told && now - typist.told_at >= std::chrono::milliseconds(kHoldMs);
    it = is_over ? typists_.erase(it) : std::next(it);
  }
  publish_told(std::move(lock));
}

// Outside the lock, as the lane may have to wait for its disk; in order, as one thread does it for all meanwhile.
void TypingBoard::publish_told(std::unique_lock<std::mutex> lock) {
  if (is_publishing_) return;
  is_publishing_ = true;
  while (!told_.empty()) {
    auto told = std::exchange(told_, {});
    lock.unlock();
    for (const auto& transition : told) {
      engine_.append_typing(transition);
      for (const auto& sink : sinks_) sink(transition);
    }
    lock.lock();
  }
  is_publishing_ = false;
}

}  // namespace hansard::api

#include "api/typing.h"

#include <algorithm>

namespace hansard::api {

using base::ConversationId;
using base::MonotonicTime;
using base::UserId;

bool note_typing(Context& context, const domain::Caller& caller, const ConversationId& conversation, bool is_typing) {
  if (!context.views.snapshot()->member(conversation, caller.actor)) return false;
  if (context.typing) context.typing->note(conversation, caller.actor, is_typing);
  return true;
}

void TypingBoard::note(const ConversationId& conversation, const UserId& user, bool is_typing) {
  auto now = clock_.monotonic();
  std::vector<Key> tell;
  {
    std::lock_guard lock(mutex_);
    Key key{conversation, user};
    auto found = typists_.find(key);
    if (found == typists_.end()) {
      if (!is_typing || typists_.size() >= kTypistsMax) return;
      // Long ago: the first start is told at once.
      found = typists_.emplace(key, Typist{false, true, now - std::chrono::milliseconds(kHoldMs), now}).first;
    }
    found->second.wanted = is_typing;
    found->second.expires = now + expiry_;
    tell_if_due(key, found->second, now, tell);
  }
  for (const auto& key : tell) publish(key, is_typing);
}

void TypingBoard::tell_if_due(const Key& key, Typist& typist, MonotonicTime now, std::vector<Key>& tell) {
  if (typist.wanted == typist.told || now - typist.told_at < std::chrono::milliseconds(kHoldMs)) return;
  typist.told = typist.wanted;
  typist.told_at = now;
  tell.push_back(key);
}

void TypingBoard::tick() {
  auto now = clock_.monotonic();
  std::vector<Key> started, stopped;
  {
    std::lock_guard lock(mutex_);
    for (auto it = typists_.begin(); it != typists_.end();) {
      auto& [key, typist] = *it;
      if (now >= typist.expires) typist.wanted = false;
      tell_if_due(key, typist, now, typist.wanted ? started : stopped);
      // Kept until the hold has passed, so that a new start is held too.
      bool is_over = !typist.wanted && !typist.told && now - typist.told_at >= std::chrono::milliseconds(kHoldMs);
      it = is_over ? typists_.erase(it) : std::next(it);
    }
  }
  for (const auto& key : started) publish(key, true);
  for (const auto& key : stopped) publish(key, false);
}

void TypingBoard::publish(const Key& key, bool is_typing) {
  log::TypingTransition transition{key.first, key.second, is_typing, clock_.now()};
  engine_.append_typing(transition);
  for (const auto& sink : sinks_) sink(transition);
}

}  // namespace hansard::api

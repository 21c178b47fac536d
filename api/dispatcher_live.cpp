#include <algorithm>

#include "api/dispatcher.h"
#include "api/presence_audience.h"
#include "api/render.h"

namespace hansard::api {

namespace {

void offer_droppable(const LocalUser& user, const FramePtr& frame, const Subscriber* but = nullptr) {
  for (auto* session : user.sessions) {
    if (session != but) session->offer_droppable(frame);
  }
}

}  // namespace

void Dispatcher::push_typing(const log::TypingTransition& transition) {
  auto* audience = members_.audience(transition.conversation);
  if (!audience) return;
  auto frame = make_frame(typing_frame(transition.conversation, transition.user, transition.is_typing));
  for (const auto* user : audience->users) {
    if (user->seats.user() != transition.user) offer_droppable(*user, frame);
  }
}

void Dispatcher::push_presence(const PresencePush& push) {
  std::vector<const LocalUser*> watchers;
  for (const auto& conversation : push.conversations) {
    auto* audience = members_.audience(conversation);
    if (audience) watchers.insert(watchers.end(), audience->users.begin(), audience->users.end());
  }
  std::sort(watchers.begin(), watchers.end());
  watchers.erase(std::unique(watchers.begin(), watchers.end()), watchers.end());
  auto snapshot = views_.snapshot();
  for (const auto* user : watchers) {
    const auto& who = user->seats.user();
    if (who != push.user && !is_blocked_between(*snapshot, who, push.user)) offer_droppable(*user, push.frame);
  }
}

void Dispatcher::push_call_signal(const CallSignal& signal) {
  auto* audience = members_.audience(signal.conversation);
  if (!audience) return;
  auto snapshot = views_.snapshot();
  for (const auto* user : audience->users) {
    const auto& who = user->seats.user();
    bool is_meant = signal.to ? who == *signal.to : who != signal.from;
    if (!is_meant || snapshot->blocks(who, signal.from)) continue;
    offer_droppable(*user, signal.frame, signal.sender);
  }
}

}  // namespace hansard::api

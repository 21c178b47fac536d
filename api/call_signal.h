// Call signalling (offers, answers, candidates): JSON that the server carries between members of a conversation and
// does not look into, keep or trace. Whoever may not post may not signal either.
//
// Thread: any; sinks only post elsewhere.
// Limits: limits.call_payload_bytes_max a payload. Without a `to` only where the conversation has at most
// limits.presence_members_max members: nobody rings a crowd.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "api/context.h"
#include "api/json.h"
#include "api/outbox.h"
#include "api/problem.h"

namespace hansard::api {

class Subscriber;

struct CallSignal {
  base::ConversationId conversation;
  base::UserId from;
  std::optional<base::UserId> to;  // absent: the other members. Himself: his other devices
  FramePtr frame;
  const Subscriber* sender = nullptr;  // the session it came from, which never gets it; only compared
};

class CallSignals {
 public:
  using Sink = std::function<void(const CallSignal&)>;
  // Before the first signal: one per io thread.
  void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }
  void send(const CallSignal& signal) const {
    for (const auto& sink : sinks_) sink(signal);
  }

 private:
  std::vector<Sink> sinks_;
};

// The data of a call.signal frame, {conversation_id, to?, payload}, from `caller.actor`: its shape and size.
Answered<CallSignal> call_signal_of(const domain::Caller& caller, JsonValue data, const Limits& limits);
// Why it is not carried; nothing where it is.
std::optional<Problem> call_signal_refusal(const projections::Snapshot& snapshot, const CallSignal& signal,
                                           const Limits& limits);

}  // namespace hansard::api

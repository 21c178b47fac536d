// Who is typing where: transitions coalesced to one event per user, conversation and kHoldMs, expired by the server,
// kept in the typing lane and pushed to the other members on every io thread. The least valuable thing on the wire:
// dropped first.
//
// Invariants: per user and conversation the events alternate, true first, at most one per kHoldMs; what was held back
// is told when the hold ends, unless it has become what was told last. The lane and every sink get them in this order.
// Thread: any (one mutex; typing is rare). Sinks only post elsewhere, and are called by one thread at a time.
// Limits: kTypistsMax entries; a start beyond it is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "api/context.h"
#include "api/problem.h"
#include "engine/base/clock.h"
#include "engine/domain/commands.h"
#include "engine/engine.h"

namespace hansard::api {

// Why a user may be seen neither typing nor signalling in a conversation: he is no member (404), or he may not post
// (409 closed, 403 read_only, 422 blocked).
std::optional<Problem> voice_refusal(const projections::Snapshot& snapshot, const base::ConversationId& conversation,
                                     const base::UserId& user);

// typing.start, typing.stop and POST .../typing, `caller.actor` being the typist. The lane and the pushes follow by
// themselves.
std::optional<Problem> note_typing(Context& context, const projections::Snapshot& snapshot,
                                   const domain::Caller& caller, const base::ConversationId& conversation,
                                   bool is_typing);

class TypingBoard {
 public:
  static constexpr std::size_t kTypistsMax = 100'000;
  static constexpr std::int64_t kHoldMs = 2'000;
  using Sink = std::function<void(const log::TypingTransition&)>;

  TypingBoard(engine::Engine& engine, base::Clock& clock, std::uint32_t expiry_s)
      : engine_(engine), clock_(clock), expiry_(std::chrono::seconds(expiry_s)) {}

  // Before the first note: called with every transition that is told.
  void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }
  void note(const base::ConversationId& conversation, const base::UserId& user, bool is_typing);
  // Expires and tells what was held back; a few times a second.
  void tick();

 private:
  struct Typist {
    bool told = false;
    bool wanted = false;
    base::MonotonicTime told_at{};
    base::MonotonicTime expires{};
  };
  using Key = std::pair<base::ConversationId, base::UserId>;

  void tell_if_due(const Key& key, Typist& typist, base::MonotonicTime now);
  void publish_told(std::unique_lock<std::mutex> lock);

  engine::Engine& engine_;
  base::Clock& clock_;
  const base::MonotonicTime::duration expiry_;
  std::vector<Sink> sinks_;
  std::mutex mutex_;
  std::map<Key, Typist> typists_;
  std::vector<log::TypingTransition> told_;  // in order, not yet published
  bool is_publishing_ = false;               // somebody publishes what is told until nothing is left
};

}  // namespace hansard::api

// Carries what the presence board has to say: changes to the sessions of every io thread, and notes of who was seen to
// the log.
//
// Thread: tick and note on one io thread (that of the context); sinks only post elsewhere.
// Limits: kToldATick changes a tick, kNotesInFlightMax notes without an answer.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "api/context.h"
#include "api/outbox.h"
#include "api/presence.h"

namespace hansard::api {

// A change on its way to the members of some conversations, encoded once.
struct PresencePush {
  base::UserId user;
  std::vector<base::ConversationId> conversations;
  FramePtr frame;
};
using PresencePushes = std::shared_ptr<const std::vector<PresencePush>>;

class PresenceTeller {
 public:
  static constexpr std::size_t kToldATick = 128;
  static constexpr std::size_t kNotesInFlightMax = 256;
  using Sink = std::function<void(PresencePushes)>;

  explicit PresenceTeller(PresenceBoard& board) : board_(board) {}

  // Before the first tick: one per io thread.
  void add_sink(Sink sink) { sinks_.push_back(std::move(sink)); }
  // A few times a second.
  void tick(Context& context);
  // Nothing waits to be noted or answered.
  bool is_drained() const { return notes_in_flight_ == 0 && !board_.has_notes(); }

 private:
  void tell(Context& context);
  void note(Context& context);

  PresenceBoard& board_;
  std::vector<Sink> sinks_;
  std::size_t notes_in_flight_ = 0;
};

}  // namespace hansard::api

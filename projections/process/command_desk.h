// Commands in the server's own name: what timers ask of the engine. Each has an idempotency key that says what it is
// about, so that asking again (after a crash, or because the view had not caught up) has no second effect.
//
// Thread: one at a time; it waits for the answers. Outlives every proposal: the engine answers each, also while it
// stops.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace hansard::process {

struct Proposal {
  domain::Command command;
  base::UserId about;  // the actor; "" where it is about nobody
  std::string key;     // "expire:<message>"; 1 to 64 visible ASCII
};

class CommandDesk final : public engine::AnswerSink {
 public:
  explicit CommandDesk(engine::Engine& engine) : engine_(engine) {}

  // Submits all of them and returns when the last is answered: the answers in their order.
  std::vector<engine::Answer> run(std::vector<Proposal> proposals);

 private:
  void deliver(std::vector<engine::Completion> completions) override;

  engine::Engine& engine_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::optional<engine::Answer>> answers_;
  std::size_t missing_ = 0;
};

// Whether to ask again later: the queue was full, or the disk nearly is.
bool is_for_later(const engine::Answer& answer);

}  // namespace hansard::process

// An engine that passes on what it is asked, or refuses it as overloaded.
//
// Thread: any that the engine behind it allows; is_full is the submitter's. Outlived by that engine.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace hansard::process {

class ReluctantEngine final : public engine::Engine {
 public:
  explicit ReluctantEngine(engine::Engine& inner) : inner_(inner) {}
  void submit(engine::Submission submission) override {
    ++submitted;
    if (!is_full()) return inner_.submit(std::move(submission));
    std::vector<engine::Completion> refused(1);
    refused[0] = {submission.token, engine::Overloaded{}};
    submission.sink->deliver(std::move(refused));
  }
  base::Position durable() const override { return inner_.durable(); }
  base::PositionGate& durable_gate() override { return inner_.durable_gate(); }
  std::uint32_t epoch() const override { return inner_.epoch(); }
  base::Result<std::vector<engine::EventPtr>> read(base::Position after, std::size_t most) const override {
    return inner_.read(after, most);
  }
  base::Result<engine::EventPtr> get(base::Position at) const override { return inner_.get(at); }
  void append_typing(const log::TypingTransition& transition) override { inner_.append_typing(transition); }
  engine::Metrics metrics() const override { return inner_.metrics(); }
  void stop() override { inner_.stop(); }

  std::function<bool()> is_full = [] { return false; };  // asked for each submission
  std::size_t submitted = 0;

 private:
  engine::Engine& inner_;
};

}  // namespace hansard::process

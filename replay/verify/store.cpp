#include "replay/verify/store.h"

#include <algorithm>

namespace hansard::verify {

namespace {
class EngineUpTo final : public engine::Engine {
 public:
  EngineUpTo(engine::Engine& whole, base::Position end) : whole_(whole), gate_(end) {}

  void submit(engine::Submission submission) override { whole_.submit(std::move(submission)); }
  base::Position durable() const override { return gate_.reached(); }
  base::PositionGate& durable_gate() override { return gate_; }
  std::uint32_t epoch() const override { return whole_.epoch(); }
  base::Result<std::vector<engine::EventPtr>> read(base::Position after, std::size_t events_max) const override {
    const std::uint64_t left = durable().value - std::min(durable().value, after.value);
    if (left == 0) return std::vector<engine::EventPtr>{};
    return whole_.read(after, std::min<std::uint64_t>(events_max, left));
  }
  base::Result<engine::EventPtr> get(base::Position at) const override { return whole_.get(at); }
  const log::EventLog* log() const override { return whole_.log(); }
  void append_typing(const log::TypingTransition&) override {}
  engine::Metrics metrics() const override { return {}; }
  void stop() override {}

 private:
  engine::Engine& whole_;
  base::PositionGate gate_;
};
}  // namespace

std::unique_ptr<engine::Engine> engine_up_to(engine::Engine& whole, base::Position end) {
  return std::make_unique<EngineUpTo>(whole, end);
}

}  // namespace hansard::verify

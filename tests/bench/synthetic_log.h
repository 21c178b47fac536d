// An Engine whose log is generated as it is read, forward only, so that an index of millions of messages can be
// measured without a log of that size: Zipf words (100,000 pronounceable ones, 5 to 25 a message, about 92 bytes), Zipf
// conversations (10,000) and 50,000 authors, always the same for a seed. Every event is a message.
//
// Thread: read from one; advance from another; the rest from any.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace hansard::bench {

// Draws i with probability ~ 1 / (i + 1)^exponent, in constant time (Walker's alias method).
class Zipf {
 public:
  Zipf(std::size_t count, double exponent);
  std::size_t draw(std::mt19937_64& random) const;

 private:
  std::vector<double> keep_;
  std::vector<std::uint32_t> alias_;
};

class SyntheticLog final : public engine::Engine {
 public:
  static constexpr std::size_t kWords = 100'000, kConversations = 10'000, kUsers = 50'000;

  explicit SyntheticLog(std::uint64_t durable);
  void advance(base::Position to) { gate_.advance(to); }

  const std::string& word(std::size_t rank) const { return words_[rank]; }
  static base::ConversationId conversation(std::size_t number);
  const Zipf& conversations() const { return conversation_law_; }
  const std::vector<std::string>& some_texts() const { return some_texts_; }  // of the first messages

  void submit(engine::Submission submission) override;
  base::Position durable() const override { return gate_.reached(); }
  base::PositionGate& durable_gate() override { return gate_; }
  std::uint32_t epoch() const override { return 1; }
  base::Result<std::vector<engine::EventPtr>> read(base::Position after, std::size_t events_max) const override;
  base::Result<engine::EventPtr> get(base::Position) const override;
  void append_typing(const log::TypingTransition&) override {}
  engine::Metrics metrics() const override { return {}; }
  void stop() override {}

 private:
  engine::EventPtr next() const;

  std::vector<std::string> words_;
  Zipf word_law_, conversation_law_;
  base::PositionGate gate_;
  mutable std::mt19937_64 random_{42};
  mutable std::uint64_t made_ = 0;
  mutable std::vector<std::uint64_t> ordinals_;
  mutable std::vector<std::string> some_texts_;
};

}  // namespace hansard::bench

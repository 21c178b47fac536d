// A busy chat as a log on disk, without a server: 200 conversations of 20 members each out of 1,000 people, of whose
// events 80 % are messages (Zipf words, about 92 bytes), 8 % reads, 5 % edits, 5 % reactions and 2 % deletions. Hashes
// and salts are drawn by chance, as real ones cannot be compressed either; everything else is always the same. Views,
// index and search fold it like a real one, and a server starts on it.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/domain/events.h"
#include "tests/bench/synthetic_log.h"

namespace hansard::bench {

class GeneratedChat {
 public:
  static constexpr std::size_t kConversations = 200, kMembers = 20, kPeople = 1'000;

  // The next event of the log, from position 1 on.
  domain::RecordedEvent next();

 private:
  static constexpr std::size_t kRemembered = 64;  // messages of a conversation that may still be changed
  struct Conversation {
    std::uint64_t ordinal = 0;
    std::deque<domain::MessageFacts> recent;
  };

  static base::UserId member(std::size_t conversation, std::size_t number);
  domain::EventBody create(std::size_t number) const;
  domain::EventBody send(std::size_t number);
  // Nothing where there is no message to change.
  std::optional<domain::EventBody> change(std::size_t number);
  std::string text();

  const SyntheticLog words_{1};
  const Zipf word_law_{SyntheticLog::kWords, 1.0}, conversation_law_{kConversations, 0.9};
  std::mt19937_64 random_{42};
  std::uint64_t made_ = 0;
  std::vector<Conversation> conversations_ = std::vector<Conversation>(kConversations);
  std::unordered_map<base::StreamId, std::uint64_t> versions_;
};

// A data folder whose log has the next `events` events. Throws when it cannot be written.
void make_log(const std::string& data, std::uint64_t events, const std::function<domain::RecordedEvent()>& next);
// The same of a chat.
void make_chat_log(const std::string& data, std::uint64_t events);

}  // namespace hansard::bench

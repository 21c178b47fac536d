// A log as a busy office writes it, generated: conversations and people drawn by Zipf's law, messages with what follows
// them (read, acknowledged, reacted to, edited, deleted), all whole events that every view folds. Always the same.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "engine/domain/events.h"
#include "tests/bench/synthetic_log.h"

namespace hansard::bench {

class AuditLog {
 public:
  static constexpr std::size_t kConversations = 5'000, kUsers = 50'000;

  AuditLog();
  static base::ConversationId conversation(std::size_t number);
  static base::MessageId message(std::uint64_t position);
  static base::UserId user(std::size_t number);
  const Zipf& conversations() const { return conversation_law_; }
  const Zipf& users() const { return user_law_; }
  // A thousand events a second.
  static base::Timestamp time_of(base::Position at);

  // The next event; the first kConversations create those.
  domain::RecordedEvent next();

 private:
  struct Talk {
    std::uint64_t version = 0, ordinal = 0;
    domain::MessageFacts newest;
    bool is_live = false;
  };
  domain::RecordedEvent recorded(domain::EventBody body, const base::UserId& actor);
  domain::EventBody created(std::size_t number) const;
  domain::EventBody sent(std::size_t number, const base::UserId& author);
  domain::EventBody happened(std::size_t number, const base::UserId& user);

  Zipf conversation_law_, user_law_;
  std::mt19937_64 random_{42};
  std::vector<Talk> talks_;
  std::uint64_t made_ = 0;
};

}  // namespace hansard::bench

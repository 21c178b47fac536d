// One group commit in the making: the events decided so far, their records, and the answers that wait for the sync.
//
// Invariants: positions follow the head the batch began at; nothing of it is visible to anybody else before deliver().
// Thread: the sequencer's. Limits: the sequencer stops filling it at batch_commands_max answers or batch_bytes_max.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/tail.h"

namespace hansard::engine {

class Batch {
 public:
  // Forgets the last batch. `head` is the log's; `time` that of every event to come.
  void begin(Position head, base::Timestamp time);

  base::Timestamp time() const { return time_; }
  // Where the log's head will be.
  Position head() const { return {base_.value + entries_.size()}; }
  // Where it was when the batch began.
  Position base() const { return base_; }

  // Encodes the event with fresh salts; its position is head() + 1.
  void add(EventPtr event, const base::ShortDigest& actor_hash);
  std::span<const Tail::Entry> entries() const { return entries_; }
  std::size_t bytes() const { return bytes_.size(); }
  // Valid until the next begin or add.
  const std::vector<std::string_view>& records();
  // Nothing: not of this batch.
  EventPtr find(Position at) const;

  void answer(const Submission& to, Answer answer);
  std::size_t answers() const { return answers_; }
  // One call per sink.
  void deliver();

 private:
  struct SinkAnswers {
    AnswerSink* sink;
    std::vector<Completion> completions;
  };
  std::vector<Completion>& completions_for(AnswerSink* sink);

  Position base_;
  base::Timestamp time_;
  std::vector<Tail::Entry> entries_;
  std::string bytes_;  // the records, one after the other
  std::vector<std::string_view> records_;
  std::vector<SinkAnswers> sinks_;
  std::size_t answers_ = 0;
};

}  // namespace hansard::engine

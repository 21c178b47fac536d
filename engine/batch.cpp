#include "engine/batch.h"

#include <span>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/codec/codec.h"

namespace hansard::engine {

void Batch::begin(Position head, base::Timestamp time) {
  base_ = head;
  time_ = time;
  entries_.clear();
  bytes_.clear();
  records_.clear();
  answers_ = 0;
}

void Batch::add(EventPtr event, const base::ShortDigest& actor_hash) {
  CHECK(event->position == head().next(), event->position.value, head().value);
  codec::EncodeInput input{*event};
  input.actor_hash = actor_hash;
  base::random_bytes(input.facts_salt);
  base::random_bytes(input.content_salt);
  const std::size_t start = bytes_.size();
  codec::encode(input, bytes_);
  entries_.push_back({std::move(event), bytes_.size() - start});
}

const std::vector<std::string_view>& Batch::records() {
  records_.clear();
  std::string_view rest = bytes_;
  for (const auto& entry : entries_) {
    records_.push_back(rest.substr(0, entry.bytes));
    rest.remove_prefix(entry.bytes);
  }
  return records_;
}

EventPtr Batch::find(Position at) const {
  if (at <= base_ || at > head()) return nullptr;
  return entries_[at.value - base_.value - 1].event;
}

// There is one sink per io thread, so a list beats a map.
std::vector<Completion>& Batch::completions_for(AnswerSink* sink) {
  for (auto& one : sinks_) {
    if (one.sink == sink) return one.completions;
  }
  sinks_.push_back({sink, {}});
  return sinks_.back().completions;
}

void Batch::answer(const Submission& to, Answer answer) {
  completions_for(to.sink).push_back({to.token, std::move(answer)});
  ++answers_;
}

void Batch::deliver() {
  for (auto& one : sinks_) one.sink->deliver(std::move(one.completions));
  sinks_.clear();
}

}  // namespace hansard::engine

// The typing lane: typing transitions are events too, but the cheapest and least valuable, so they have a small
// database of their own without WAL or sync, with a counter of their own, and are kept for an hour.
//
// Thread: append from any (serialised inside); read from any.
// Owns: the database under `folder`/typing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::log {

struct TypingTransition {
  base::ConversationId conversation;
  base::UserId user;
  bool is_typing = false;
  base::Timestamp time;
};

struct TypingOptions {
  std::int64_t kept_ms = 3'600'000;
  std::uint64_t entries_max = 1'000'000;  // beyond it the oldest go first
};

class TypingLane {
 public:
  virtual ~TypingLane() = default;
  // Never fails a caller: an entry that cannot be kept is counted and dropped.
  virtual void append(const TypingTransition& transition) = 0;
  // Oldest first; false stops.
  virtual void read(const std::function<bool(std::uint64_t number, const TypingTransition&)>& sink) const = 0;
  // Drops what is older than `kept_ms` before `now`.
  virtual void expire(base::Timestamp now) = 0;
  virtual std::uint64_t dropped() const = 0;
};

base::Result<std::unique_ptr<TypingLane>> open_typing_lane(const std::string& folder, const TypingOptions& options);

}  // namespace hansard::log

// Questions to the audit view: which positions pass a filter, newest first. What happened there is read from the log.
//
// A page costs at most kStepsMax steps, whatever the filter: lists are walked together, each leaping to where the
// others stand, so the shortest sets the pace; where they rarely meet, the page ends early and says how far it got.
//
// Thread: a snapshot belongs to one thread at a time and must not be held over a wait.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/domain/values.h"

namespace hansard::projections {

class StoreSnapshot;

// What is given must all hold.
struct AuditFilter {
  std::optional<base::UserId> actor;
  std::optional<base::ConversationId> conversation;
  std::optional<base::MessageId> message;
  std::optional<std::uint16_t> type;  // a domain::EventType's number
};

struct AuditQuery {
  AuditFilter filter;
  base::Position from{1};  // both inclusive
  base::Position to;
  std::size_t limit = 50;
};

struct AuditPage {
  std::vector<base::Position> positions;  // descending
  // Everything from here to `to` has been looked at; the next page goes on below.
  base::Position scanned_to;
  bool finished = false;  // nothing more down to `from`
};

class AuditSnapshot {
 public:
  // About fifty nanoseconds each; a row that must be sought counts as kSeekSteps.
  static constexpr std::uint64_t kStepsMax = 400'000;
  static constexpr std::uint64_t kSeekSteps = 100;

  explicit AuditSnapshot(std::shared_ptr<const StoreSnapshot> rows) : rows_(std::move(rows)) {}

  base::Position position() const;
  // `query.to` above the snapshot's position means that.
  AuditPage find(const AuditQuery& query, std::uint64_t steps_max = kStepsMax) const;

 private:
  std::shared_ptr<const StoreSnapshot> rows_;
};

}  // namespace hansard::projections

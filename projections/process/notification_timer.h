// notification.due: who has neither received nor read a message some seconds after it was sent. Follows the log by
// position; since log time never goes back (docs/adr/0008), messages come due in log order, so the log is the queue
// and nothing waits in memory.
//
// Who: in a conversation of at most kWholeGroupMax members all but the author, in a larger one who is mentioned. Not
// for system messages, nor for imported ones (whose created_at is not when they were sent). Without anybody who wants
// it, nothing is done and nothing remembered: it begins where the log ends when somebody does.
//
// Thread: one at a time. Limits: kAheadMax events in memory, about kProposalsMax proposals at once.
#pragma once

#include <cstdint>
#include <vector>

#include "projections/process/command_desk.h"
#include "projections/process/progress_store.h"
#include "projections/process/timers.h"
#include "projections/views.h"

namespace hansard::process {

class NotificationTimer final : public Timer {
 public:
  static constexpr std::size_t kWholeGroupMax = 100;
  static constexpr std::size_t kAheadMax = 512;
  static constexpr std::size_t kProposalsMax = 500;

  struct Parts {
    engine::Engine& engine;
    projections::Views& views;
    ProgressStore& store;
    base::Clock& clock;
    CommandDesk& desk;
  };

  NotificationTimer(const Parts& parts, std::uint32_t after_s, bool is_wanted);
  base::MonotonicTime step() override;
  void close() override;

 private:
  void read_row();
  bool read_ahead();
  base::MonotonicTime run(std::vector<Proposal> proposals, base::Position through);
  void save();
  void save_when_due();

  const Parts parts_;
  const std::int64_t after_ms_;
  const bool is_wanted_;
  base::Position cursor_;  // every message up to here was considered
  base::Position saved_;
  base::MonotonicTime save_at_{};
  std::vector<engine::EventPtr> ahead_;  // read and not yet considered, from next_ on
  std::size_t next_ = 0;
};

// Whom the message should wake up, as of the snapshot.
std::vector<Proposal> notifications_of(const domain::MessageSent& sent, const projections::Snapshot& snapshot);

}  // namespace hansard::process

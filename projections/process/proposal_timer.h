// A timer over the views: whatever they say is due is proposed to the engine, in batches, until nothing is left.
// Progress needs no store: what was done is no longer due.
//
// Thread: one at a time.
// Limits: kBatchMax orders at once; kRefusedMax that were refused are remembered for kRefusedFor, so that they do not
// hide others. Where there are as many, it rests until they are forgotten.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "projections/process/command_desk.h"
#include "projections/process/timers.h"
#include "projections/views.h"

namespace hansard::process {

class ProposalTimer final : public Timer {
 public:
  static constexpr std::size_t kBatchMax = 200;
  static constexpr std::size_t kRefusedMax = 10'000;
  // A view is looked at this often: how late a proposal may be.
  static constexpr std::chrono::milliseconds kPoll{500};
  static constexpr std::chrono::milliseconds kBackOff{1'000};
  static constexpr std::chrono::minutes kRefusedFor{10};

  // What is due at `now`, at most `limit`, the longest due first.
  using Find =
      std::function<std::vector<Order>(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit)>;

  ProposalTimer(projections::Views& views, base::Clock& clock, CommandDesk& desk, Find find);
  base::MonotonicTime step() override;

 private:
  std::vector<Order> due();
  base::MonotonicTime propose(std::vector<Order> orders);
  void forget_refused();

  projections::Views& views_;
  base::Clock& clock_;
  CommandDesk& desk_;
  const Find find_;
  base::Position done_;  // of the last effect; the views must have applied it before they are asked again
  std::set<std::string> refused_;
  base::MonotonicTime refused_until_{};
};

// Messages whose conversation's retention has run out.
std::vector<Order> find_expired(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit);
// Scheduled messages whose time has come.
std::vector<Order> find_due_sends(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit);
// Files that no message needs, and that were uploaded at least `unattached` ago where none ever did; not those of whom
// a legal hold is on.
ProposalTimer::Find find_collectable(std::chrono::seconds unattached);

}  // namespace hansard::process

// A timer over the views: whatever they say is due is proposed to the engine, in batches, until nothing is left.
// Progress needs no store: what was done is no longer due.
//
// What is due is found in rounds: each look goes on where the last one ended, and after the last one a new round
// begins. So what stays due (a legal hold keeps it, or the engine refused it) hides nothing that comes behind it.
//
// Thread: one at a time.
// Limits: kBatchMax proposals at once; kRefusedMax that were refused are remembered for kRefusedFor. Where there are as
// many, the round is ended, and the next one begins when they are forgotten. Between two rounds it rests for kPoll, and
// kVainRest for each row that was read in vain, so that what is kept costs about a thirtieth of a core at most, however
// much it is; at most kRefusedFor.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "projections/process/command_desk.h"
#include "projections/process/timers.h"
#include "projections/views.h"

namespace hansard::process {

// A piece of a round.
struct Look {
  std::vector<Proposal> proposals;
  std::size_t in_vain = 0;  // rows that were read for no proposal
  bool is_end = true;       // of the round
};

class ProposalTimer final : public Timer {
 public:
  static constexpr std::size_t kBatchMax = 200;
  static constexpr std::size_t kRefusedMax = 10'000;
  // A view is looked at this often: how late a proposal may be, where nothing was read in vain.
  static constexpr std::chrono::milliseconds kPoll{500};
  static constexpr std::chrono::microseconds kVainRest{100};
  static constexpr std::chrono::milliseconds kBackOff{1'000};
  static constexpr std::chrono::minutes kRefusedFor{10};

  // The next piece of what is due at `now`, at most `limit` proposals and a bounded number of rows, the longest due
  // first. Remembers where it was; `now` is the same in all of a round.
  using Find = std::function<Look(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit)>;

  ProposalTimer(projections::Views& views, base::Clock& clock, CommandDesk& desk, Find find);
  base::MonotonicTime step() override;

 private:
  Look look();
  base::MonotonicTime end_round();
  base::MonotonicTime propose(std::vector<Proposal> proposals);
  void forget_refused();

  projections::Views& views_;
  base::Clock& clock_;
  CommandDesk& desk_;
  const Find find_;
  base::Position done_;  // of the last effect; the views must have applied it before they are asked again
  std::optional<base::Timestamp> round_;  // when it began; nothing: between two
  std::size_t in_vain_ = 0;               // in this round
  std::vector<Proposal> later_;           // the engine had no room for them
  std::set<std::string> refused_;
  base::MonotonicTime refused_until_{};
};

// Messages whose conversation's retention has run out.
ProposalTimer::Find find_expired();
// Scheduled messages whose time has come.
ProposalTimer::Find find_due_sends();
// Files that no message needs, and that were uploaded at least `unattached` ago where none ever did; not those of whom
// a legal hold is on.
ProposalTimer::Find find_collectable(std::chrono::seconds unattached);

}  // namespace hansard::process

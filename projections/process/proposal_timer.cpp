#include "projections/process/proposal_timer.h"

#include <algorithm>
#include <utility>

#include "projections/process/expired_finder.h"
#include "projections/process/standing_holds.h"

namespace hansard::process {

ProposalTimer::ProposalTimer(projections::Views& views, base::Clock& clock, CommandDesk& desk, Find find)
    : views_(views), clock_(clock), desk_(desk), find_(std::move(find)) {}

base::MonotonicTime ProposalTimer::step() {
  forget_refused();
  if (!later_.empty()) return propose(std::exchange(later_, {}));
  if (!round_ && refused_.size() >= kRefusedMax) return refused_until_;
  if (views_.applied() < done_) return clock_.monotonic() + kPoll / 10;
  auto found = look();
  const auto next = found.is_end ? end_round() : clock_.monotonic();
  if (found.proposals.empty()) return next;
  return std::max(next, propose(std::move(found.proposals)));
}

Look ProposalTimer::look() {
  if (!round_) round_ = clock_.now();
  Look found = find_(*views_.snapshot(), *round_, kBatchMax);
  in_vain_ += found.in_vain;
  in_vain_ +=
      std::erase_if(found.proposals, [this](const Proposal& proposal) { return refused_.contains(proposal.key); });
  return found;
}

// When the next one begins.
base::MonotonicTime ProposalTimer::end_round() {
  round_.reset();
  const auto rest = kVainRest * static_cast<std::int64_t>(std::exchange(in_vain_, 0));
  return clock_.monotonic() + std::clamp<std::chrono::nanoseconds>(rest, kPoll, kRefusedFor);
}

base::MonotonicTime ProposalTimer::propose(std::vector<Proposal> proposals) {
  const auto answers = desk_.run(proposals);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto* done = std::get_if<engine::Done>(&answers[i]);
    if (done != nullptr) done_ = std::max(done_, done->position);
    if (is_for_later(answers[i])) {
      later_.push_back(std::move(proposals[i]));
    } else if (done == nullptr || !done->changed || done->replayed) {
      if (refused_.size() < kRefusedMax) refused_.insert(std::move(proposals[i].key));
    }
  }
  return clock_.monotonic() + (later_.empty() ? std::chrono::milliseconds(0) : kBackOff);
}

// What was refused may be right by now, and what is gone need not be remembered.
void ProposalTimer::forget_refused() {
  if (clock_.monotonic() < refused_until_) return;
  refused_.clear();
  refused_until_ = clock_.monotonic() + kRefusedFor;
}

ProposalTimer::Find find_expired() { return ExpiredFinder(ExpiryLimits{}); }

ProposalTimer::Find find_due_sends() {
  return [after = std::optional<projections::ScheduledCursor>()](const projections::Snapshot& snapshot,
                                                                 base::Timestamp now, std::size_t limit) mutable {
    Look look;
    auto page = snapshot.due_sends(now, after, limit);
    look.is_end = page.size() < limit;
    after = look.is_end ? std::nullopt
                        : std::optional(projections::ScheduledCursor{page.back().send_at, page.back().message});
    for (auto& due : page) {
      look.proposals.push_back(
          {domain::SendDue{due.message}, std::move(due.author), "send:" + base::to_text(due.message)});
    }
    return look;
  };
}

namespace {
Proposal collect(projections::CollectableFile file, base::Position seen) {
  const base::FileId id = file.place.file;
  return {domain::CollectFile{id, seen}, std::move(file.owner), "collect:" + base::to_text(id)};
}
}  // namespace

// Files of somebody under a hold stay.
ProposalTimer::Find find_collectable(std::chrono::seconds unattached) {
  const auto unattached_ms = std::chrono::milliseconds(unattached).count();
  return [unattached_ms, after = std::optional<projections::CollectableFile::Place>()](
             const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit) mutable {
    Look look;
    auto page = snapshot.collectable_files({now.ms - unattached_ms}, after, limit);
    look.is_end = page.size() < limit;
    after = look.is_end ? std::nullopt : std::optional(page.back().place);
    if (page.empty()) return look;
    const auto held = standing_holds(snapshot).users;
    for (auto& file : page) {
      if (!held.contains(file.owner)) look.proposals.push_back(collect(std::move(file), snapshot.position()));
    }
    look.in_vain = page.size() - look.proposals.size();
    return look;
  };
}

}  // namespace hansard::process

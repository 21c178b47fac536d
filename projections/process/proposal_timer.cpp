#include "projections/process/proposal_timer.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace hansard::process {

ProposalTimer::ProposalTimer(projections::Views& views, base::Clock& clock, CommandDesk& desk, Find find)
    : views_(views), clock_(clock), desk_(desk), find_(std::move(find)) {}

base::MonotonicTime ProposalTimer::step() {
  forget_refused();
  if (refused_.size() >= kRefusedMax) return refused_until_;
  if (views_.applied() < done_) return clock_.monotonic() + kPoll / 10;
  auto orders = due();
  if (orders.empty()) return clock_.monotonic() + kPoll;
  return propose(std::move(orders));
}

std::vector<Order> ProposalTimer::due() {
  auto orders = find_(*views_.snapshot(), clock_.now(), kBatchMax + refused_.size());
  std::erase_if(orders, [this](const Order& order) { return refused_.contains(order.key); });
  if (orders.size() > kBatchMax) orders.resize(kBatchMax);
  return orders;
}

base::MonotonicTime ProposalTimer::propose(std::vector<Order> orders) {
  std::vector<std::string> keys;
  for (const Order& order : orders) keys.push_back(order.key);
  const auto answers = desk_.run(std::move(orders));
  bool later = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto* done = std::get_if<engine::Done>(&answers[i]);
    if (done != nullptr) done_ = std::max(done_, done->position);
    if (is_for_later(answers[i])) {
      later = true;
    } else if (done == nullptr || !done->changed || done->replayed) {
      refused_.insert(keys[i]);
    }
  }
  return clock_.monotonic() + (later ? kBackOff : std::chrono::milliseconds(0));
}

// What was refused may be right by now, and what is gone need not be remembered.
void ProposalTimer::forget_refused() {
  if (clock_.monotonic() < refused_until_) return;
  refused_.clear();
  refused_until_ = clock_.monotonic() + kRefusedFor;
}

std::vector<Order> find_expired(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit) {
  std::vector<Order> orders;
  const auto due = snapshot.expirable(now, limit);
  // What a legal hold kept is asked for anew once one was released: this room remembers what was refused by its key.
  const std::string round = due.empty() ? "" : ":" + std::to_string(snapshot.holds_released());
  for (const auto& id : due) {
    orders.push_back({domain::ExpireMessage{id}, {}, "expire:" + base::to_text(id) + (round == ":0" ? "" : round)});
  }
  return orders;
}

std::vector<Order> find_due_sends(const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit) {
  std::vector<Order> orders;
  for (auto& due : snapshot.due_sends(now, limit)) {
    orders.push_back({domain::SendDue{due.message}, std::move(due.author), "send:" + base::to_text(due.message)});
  }
  return orders;
}

namespace {
constexpr std::size_t kHoldsPage = 1'000;
constexpr std::size_t kFilesLookedMax = 20'000;

std::set<base::UserId> held_users(const projections::Snapshot& snapshot) {
  std::set<base::UserId> users;
  base::HoldId after{};
  for (bool more = true; more;) {
    const auto page = snapshot.holds(after, kHoldsPage);
    more = page.size() == kHoldsPage;
    if (more) after = page.back().id;
    for (const auto& hold : page) {
      const auto* user = std::get_if<base::UserId>(&hold.scope);
      if (user != nullptr && !hold.released_at) users.insert(*user);
    }
  }
  return users;
}

Order collect(projections::CollectableFile file, base::Position seen) {
  const base::FileId id = file.place.file;
  return {domain::CollectFile{id, seen}, std::move(file.owner), "collect:" + base::to_text(id)};
}

// Files of somebody under a hold stay, and nothing waits behind them.
std::vector<Order> collectable(const projections::Snapshot& snapshot, base::Timestamp before, std::size_t limit) {
  std::vector<Order> orders;
  std::optional<projections::CollectableFile::Place> after;
  std::set<base::UserId> held;
  for (std::size_t looked = 0; looked < kFilesLookedMax && orders.size() < limit;) {
    auto page = snapshot.collectable_files(before, after, limit);
    if (page.empty()) break;
    if (!after) held = held_users(snapshot);
    looked += page.size();
    after = page.back().place;
    for (auto& file : page) {
      if (orders.size() == limit) break;
      if (!held.contains(file.owner)) orders.push_back(collect(std::move(file), snapshot.position()));
    }
  }
  return orders;
}
}  // namespace

ProposalTimer::Find find_collectable(std::chrono::seconds unattached) {
  const auto unattached_ms = std::chrono::milliseconds(unattached).count();
  return [unattached_ms](const projections::Snapshot& snapshot, base::Timestamp now, std::size_t limit) {
    return collectable(snapshot, {now.ms - unattached_ms}, limit);
  };
}

}  // namespace hansard::process

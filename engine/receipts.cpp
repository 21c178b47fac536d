#include "engine/receipts.h"

#include <algorithm>

#include "engine/base/check.h"

namespace hansard::engine {

std::size_t Receipts::KeyHash::operator()(const Key& key) const {
  const std::size_t ids =
      std::hash<base::ConversationId>{}(key.conversation) * 31 + std::hash<base::UserId>{}(key.user);
  return ids * 2 + static_cast<std::size_t>(key.kind);
}

std::optional<Receipts::Receipt> Receipts::of(const domain::Accepted& accepted) {
  if (accepted.events.size() != 1) return std::nullopt;
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&accepted.events[0])) {
    return Receipt{{Kind::read, read->conversation, read->user}, read->up_to};
  }
  if (const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&accepted.events[0])) {
    return Receipt{{Kind::delivered, delivered->conversation, delivered->user}, delivered->up_to};
  }
  return std::nullopt;
}

bool Receipts::has_room(const Key& key) const {
  return entries_.contains(key) ? waiting_ < waiting_max_ : entries_.size() < waiting_max_;
}

bool Receipts::must_wait(const Key& key, base::MonotonicTime now) const {
  auto it = entries_.find(key);
  return it != entries_.end() && (now < it->second.due || !it->second.parked.empty());
}

void Receipts::recorded(const Key& key, base::MonotonicTime now) {
  entries_[key].due = now + interval_;
  schedule_.emplace_back(now + interval_, key);
}

void Receipts::park(const Receipt& receipt, Parked parked) {
  auto it = entries_.find(receipt.key);
  CHECK(it != entries_.end());
  if (parked.pending.has_key()) commands_.emplace(parked.pending.hashes.command, parked.pending.hashes.fingerprint);
  parked.up_to = receipt.up_to;
  auto& all = it->second.parked;
  all.push_back(std::move(parked));
  if (all.back().up_to > all.front().up_to) std::swap(all.back(), all.front());
  ++waiting_;
}

Receipts::Group Receipts::take_entry(Entries::iterator it) {
  Group group{it->first, std::move(it->second.parked)};
  entries_.erase(it);
  waiting_ -= group.parked.size();
  for (const auto& parked : group.parked) commands_.erase(parked.pending.hashes.command);
  return group;
}

std::optional<Receipts::Group> Receipts::take(const Key& key) {
  auto it = entries_.find(key);
  if (it == entries_.end() || it->second.parked.empty()) return std::nullopt;
  return take_entry(it);
}

std::optional<Receipts::Group> Receipts::take_due(base::MonotonicTime now) {
  while (!schedule_.empty() && schedule_.front().first <= now) {
    auto [due, key] = std::move(schedule_.front());
    schedule_.pop_front();
    auto it = entries_.find(key);
    if (it == entries_.end() || it->second.due != due) continue;
    if (!it->second.parked.empty()) return take_entry(it);
    entries_.erase(it);
  }
  return std::nullopt;
}

std::optional<base::MonotonicTime> Receipts::next_due() const {
  if (waiting_ == 0) return std::nullopt;
  return schedule_.front().first;
}

std::optional<base::ShortDigest> Receipts::parked_command(const base::ShortDigest& command) const {
  auto it = commands_.find(command);
  if (it == commands_.end()) return std::nullopt;
  return it->second;
}

}  // namespace hansard::engine

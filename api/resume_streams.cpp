#include "api/resume_streams.h"

#include <algorithm>

#include "api/render.h"
#include "engine/base/check.h"

namespace hansard::api {

using base::ConversationId;
using base::Position;
using base::UserId;
using domain::EventType;
using projections::Snapshot;
using projections::StreamEntry;

namespace {

constexpr std::size_t kScanPage = 1'024;
constexpr std::size_t kOwnPage = 128;
constexpr std::size_t kFetchCost = 16;
constexpr std::size_t kPageEntriesMin = 4;
constexpr std::size_t kPageEntriesMax = 256;

bool is_membership(EventType type) {
  return type == EventType::conversation_created || type == EventType::member_added ||
         type == EventType::member_removed;
}

bool is_message(EventType type) { return type == EventType::message_sent || type == EventType::message_edited; }

bool is_end(EventType type) {
  return type == EventType::message_deleted || type == EventType::message_expired || type == EventType::message_erased;
}

bool is_own_move(EventType type) {
  return type == EventType::read_advanced || type == EventType::unread_marked ||
         type == EventType::conversation_flagged;
}

bool is_reaction(EventType type) { return type == EventType::reaction_added || type == EventType::reaction_removed; }

}  // namespace

bool is_live(const Snapshot& snapshot, const ConversationId& conversation, base::Ordinal ordinal) {
  auto now = snapshot.message_at(conversation, ordinal);
  return now && now->content;
}

StreamPass::StreamPass(const engine::Engine& engine, const Dispatcher& dispatcher, const UserId& user, Position after,
                       const Snapshot& snapshot)
    : engine_(engine),
      dispatcher_(dispatcher),
      user_(user),
      through_(snapshot.position()),
      seats_(user),
      own_scanned_(after) {
  auto memberships = snapshot.memberships(user);
  seats_.seed(memberships);
  for (const auto& membership : memberships) add_source(membership, after, snapshot);
}

void StreamPass::add_source(const projections::Membership& membership, Position after, const Snapshot& snapshot) {
  Source source;
  source.conversation = membership.conversation;
  source.fetched = after;
  if (!membership.member) {
    if (membership.changed <= after) return;
    source.page.push_back({membership.changed, {}, EventType::member_removed, {}});
    source.is_fetched_whole = true;
    sources_.push_back(std::move(source));
    return;
  }
  if (membership.receipts > after) receipts_.push_back(membership.conversation);
  if (membership.head <= after) return;
  if (hides_before_join(snapshot, membership.conversation)) source.hidden_through = membership.joined_after;
  if (membership.changed > after) to_scan_.emplace_back(sources_.size(), after);
  sources_.push_back(std::move(source));
}

bool StreamPass::step(const Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out, Position& served,
                      Missed& missed) {
  if (!is_merging_ && !scan(snapshot, missed)) return false;
  if (!is_merging_) begin_merge(snapshot);
  for (std::size_t seen = 0; !next_.empty() && out.size() < frames_max && seen < kScanEntries; ++seen) {
    auto [position, index] = next_.top();
    next_.pop();
    auto& source = sources_[index];
    auto entry = source.page.front();
    source.page.pop_front();
    if (auto text = frame_of(snapshot, source, entry, missed)) out.push_back(make_frame(std::move(*text)));
    served = position;
    if (source.page.empty()) fetch(snapshot, source);
    enqueue(index);
  }
  if (!next_.empty()) return false;
  missed.receipts.insert(missed.receipts.end(), receipts_.begin(), receipts_.end());
  return true;
}

// Before the merge: when the user came and went in conversations where that changed, and his own markers and flags.
// True when nothing is left to look at.
bool StreamPass::scan(const Snapshot& snapshot, Missed& missed) {
  std::size_t budget = kScanEntries;
  while (budget > 0 && !to_scan_.empty())
    budget -= std::min(budget, scan_turns(snapshot, sources_[to_scan_.back().first]));
  while (budget > 0 && !is_own_scanned_) budget -= std::min(budget, scan_own_stream(snapshot, missed));
  return to_scan_.empty() && is_own_scanned_;
}

std::size_t StreamPass::scan_turns(const Snapshot& snapshot, Source& source) {
  auto& from = to_scan_.back().second;
  auto entries = snapshot.stream(base::stream_of(source.conversation), from, kScanPage);
  for (const auto& entry : entries) {
    if (entry.position > through_) break;
    from = entry.position;
    if (!is_membership(entry.type)) continue;
    for_each_change(*event_at(entry.position), [&](const MembershipChange& change) {
      if (change.user == user_) source.turns.push_back({entry.position, change.joined});
    });
  }
  if (entries.size() < kScanPage || entries.back().position > through_) {
    source.is_inside = source.turns.empty() || !source.turns.front().joined;
    to_scan_.pop_back();
  }
  return entries.size() + 1;
}

// What the user moved for himself on other devices. A read that only takes a marker away moves no pointer, so the rows
// of the present do not tell of it. An event that is fetched costs as much as many entries.
std::size_t StreamPass::scan_own_stream(const Snapshot& snapshot, Missed& missed) {
  auto entries = snapshot.stream(base::stream_of_user(user_), own_scanned_, kOwnPage);
  std::size_t cost = entries.size() + 1;
  for (const auto& entry : entries) {
    if (entry.position > through_) break;
    own_scanned_ = entry.position;
    if (!is_own_move(entry.type)) continue;
    cost += kFetchCost;
    auto conversation = conversation_of(*event_at(entry.position));
    if (conversation) missed.counts.note_moved(user_, *conversation, through_);
  }
  is_own_scanned_ = entries.size() < kOwnPage || entries.back().position > through_;
  return cost;
}

void StreamPass::begin_merge(const Snapshot& snapshot) {
  is_merging_ = true;
  page_entries_ = std::clamp(kEntriesMax / std::max<std::size_t>(sources_.size(), 1), kPageEntriesMin, kPageEntriesMax);
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].page.empty()) fetch(snapshot, sources_[i]);
    enqueue(i);
  }
}

void StreamPass::fetch(const Snapshot& snapshot, Source& source) {
  if (source.is_fetched_whole) return;
  auto entries = snapshot.stream(base::stream_of(source.conversation), source.fetched, page_entries_);
  source.is_fetched_whole = entries.size() < page_entries_ || entries.back().position >= through_;
  for (const auto& entry : entries) {
    if (entry.position > through_) break;
    source.page.push_back(entry);
    source.fetched = entry.position;
  }
}

void StreamPass::enqueue(std::size_t index) {
  const auto& page = sources_[index].page;
  if (!page.empty()) next_.emplace(page.front().position, index);
}

std::optional<std::string> StreamPass::frame_of(const Snapshot& snapshot, Source& source, const StreamEntry& entry,
                                                Missed& missed) {
  bool is_visible = source.is_inside;
  if (!source.turns.empty() && source.turns.front().at == entry.position) {
    source.is_inside = source.turns.front().joined;
    source.turns.pop_front();
    is_visible = true;
  }
  if (!is_visible) return std::nullopt;
  // He may have left since the pass began.
  bool is_member = dispatcher_.is_member(user_, source.conversation);
  bool is_of_message = is_message(entry.type) || is_end(entry.type) || is_reaction(entry.type);
  if (is_of_message) return is_member ? message_frame_of(snapshot, source, entry, missed) : std::nullopt;
  auto event = event_at(entry.position);
  if (!is_member && !is_own_leave(*event)) return std::nullopt;
  return event_frame(*event, engine_.epoch());
}

// A message as it is now; its end and what was said to it are told as they were, the latter while it is there.
std::optional<std::string> StreamPass::message_frame_of(const Snapshot& snapshot, const Source& source,
                                                        const StreamEntry& entry, Missed& missed) {
  if (entry.ordinal <= source.hidden_through) return std::nullopt;
  if (is_reaction(entry.type)) {
    if (!is_live(snapshot, source.conversation, entry.ordinal)) return std::nullopt;
    return event_frame(*event_at(entry.position), engine_.epoch());
  }
  auto now = snapshot.message_at(source.conversation, entry.ordinal);
  if (!now) return std::nullopt;
  if (is_message(entry.type)) return message_frame(entry.type, entry.position, entry.version, *now, engine_.epoch());
  if (now->facts.author != user_) missed.counts.note_deleted(user_, source.conversation, entry.position, entry.ordinal);
  return event_frame(*event_at(entry.position), engine_.epoch());
}

bool StreamPass::is_own_leave(const domain::RecordedEvent& event) const {
  const auto* removed = event.body ? std::get_if<domain::MemberRemoved>(&*event.body) : nullptr;
  return removed && removed->user == user_;
}

engine::EventPtr StreamPass::event_at(Position position) const {
  auto event = engine_.get(position);
  CHECK(event.has_value(), position.value, event.error().detail);
  return std::move(event.value());
}

}  // namespace hansard::api

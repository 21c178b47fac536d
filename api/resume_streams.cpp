#include "api/resume_streams.h"

#include <algorithm>
#include <utility>

#include "api/render.h"
#include "engine/base/check.h"
#include "engine/domain/streams.h"

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
constexpr std::size_t kReaderCost = 2;
constexpr std::size_t kPageEntriesMin = 4;
constexpr std::size_t kPageEntriesMax = 256;

bool is_membership(EventType type) {
  return type == EventType::conversation_created || type == EventType::member_added ||
         type == EventType::member_removed;
}

bool is_message(EventType type) { return type == EventType::message_sent || type == EventType::message_edited; }

bool is_reaction(EventType type) { return type == EventType::reaction_added || type == EventType::reaction_removed; }

}  // namespace

base::StreamId own_stream(const Snapshot& snapshot, const UserId& user) {
  const base::StreamId stream = base::stream_of_user(user);
  return snapshot.conversation(base::ConversationId{stream.bytes}) ? domain::stream_aside(stream) : stream;
}

bool is_own_move(EventType type) {
  return type == EventType::read_advanced || type == EventType::unread_marked ||
         type == EventType::conversation_flagged;
}

bool is_end(EventType type) {
  return type == EventType::message_deleted || type == EventType::message_expired || type == EventType::message_erased;
}

bool is_live(const Snapshot& snapshot, const ConversationId& conversation, base::Ordinal ordinal) {
  auto now = snapshot.message_at(conversation, ordinal);
  return now && now->content;
}

StreamPass::StreamPass(const engine::Engine& engine, Dispatcher& dispatcher, const Limits& limits, const UserId& user,
                       Position after, const Snapshot& snapshot, std::size_t moves_max)
    : engine_(engine),
      dispatcher_(dispatcher),
      limits_(limits),
      user_(user),
      after_(after),
      moves_max_(moves_max),
      through_(snapshot.position()),
      seats_(user),
      own_scanned_(after) {
  auto memberships = snapshot.memberships(user);
  seats_.seed(memberships);
  for (const auto& membership : memberships) add_source(membership);
}

void StreamPass::add_source(const projections::Membership& membership) {
  Source source;
  source.conversation = membership.conversation;
  source.fetched = after_;
  if (!membership.member) {
    if (membership.changed <= after_) return;
    source.page.push_back({membership.changed, {}, EventType::member_removed, {}});
    source.turns.push_back({membership.changed, false});
    source.is_fetched_whole = true;
    sources_.push_back(std::move(source));
    return;
  }
  source.is_fetched_whole = membership.head <= after_;
  if (source.is_fetched_whole && membership.receipts <= after_) return;
  if (membership.receipts > after_) receipts_to_scan_.push_back(sources_.size());
  if (membership.changed > after_) to_scan_.emplace_back(sources_.size(), after_);
  sources_.push_back(std::move(source));
}

std::optional<Seats> StreamPass::take_seats() {
  return is_shortened_ ? std::nullopt : std::optional(std::move(seats_));
}

bool StreamPass::step(const Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames) {
  if (!is_merging_ && !scan(snapshot)) return false;
  if (!is_merging_) begin_merge(snapshot);
  for (std::size_t seen = 0; !frames.is_full(frames_max) && seen < kScanEntries; ++seen) {
    const auto at = next().value();
    if (frames.owes_before(at)) return false;
    if (is_merged()) return true;
    const bool is_entry = !next_.empty() && next_.top().first == at;
    is_entry ? tell_entry(snapshot, frames) : tell_move(frames);
  }
  return false;
}

std::optional<Position> StreamPass::next() const {
  if (!is_merging_) return std::nullopt;
  const auto entry = next_.empty() ? through_ : next_.top().first;
  return moves_.empty() ? entry : std::min(entry, moves_.begin()->first);
}

void StreamPass::tell_move(ResumeFrames& frames) {
  auto node = moves_.extract(moves_.begin());
  const auto& [move, source] = node.mapped();
  if (!source) return frames.add_count(node.key(), move.conversation);
  sources_[*source].is_inside ? frames.add_receipt(node.key(), move) : frames.pass(node.key());
}

void StreamPass::tell_entry(const Snapshot& snapshot, ResumeFrames& frames) {
  const auto [position, index] = next_.top();
  next_.pop();
  auto& source = sources_[index];
  const auto entry = source.page.front();
  source.page.pop_front();
  if (!is_visible(source, entry)) {
    frames.pass(position);
  } else if (is_end(entry.type)) {
    tell_end(snapshot, source, entry, frames);
  } else {
    frames.add(position, frame_of(snapshot, source, entry, frames));
  }
  if (source.page.empty()) fetch(snapshot, source);
  enqueue(index);
}

// Before the merge: when the user came and went in conversations where that changed, his own pointers, markers and
// flags, and other members' pointers. True when nothing is left to look at.
bool StreamPass::scan(const Snapshot& snapshot) {
  std::size_t budget = kScanEntries;
  while (budget > 0 && !to_scan_.empty())
    budget -= std::min(budget, scan_turns(snapshot, sources_[to_scan_.back().first]));
  while (budget > 0 && !is_own_scanned_) budget -= std::min(budget, scan_own_stream(snapshot));
  while (budget > 0 && !receipts_to_scan_.empty()) {
    budget -= std::min(budget, scan_receipts(snapshot, receipts_to_scan_.back()));
    receipts_to_scan_.pop_back();
  }
  return to_scan_.empty() && is_own_scanned_ && receipts_to_scan_.empty();
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
std::size_t StreamPass::scan_own_stream(const Snapshot& snapshot) {
  auto entries = snapshot.stream(own_stream(snapshot, user_), own_scanned_, kOwnPage);
  std::size_t cost = entries.size() + 1;
  for (const auto& entry : entries) {
    if (entry.position > through_) break;
    own_scanned_ = entry.position;
    if (!is_own_move(entry.type)) continue;
    cost += kFetchCost;
    auto conversation = conversation_of(*event_at(entry.position));
    if (conversation) note_own_move(entry.position, *conversation);
  }
  is_own_scanned_ = entries.size() < kOwnPage || entries.back().position > through_;
  return cost;
}

// A pointer that stands where its owner joined last was put there by that, not by reading.
std::size_t StreamPass::scan_receipts(const Snapshot& snapshot, std::size_t source) {
  const auto& conversation = sources_[source].conversation;
  if (!dispatcher_.pushes_receipts(conversation)) return 1;
  const auto members = snapshot.members(conversation, {}, limits_.receipts_pushed_members_max);
  for (const auto& member : members) {
    if (member.user == user_) continue;
    const auto reader = snapshot.reader(conversation, member.user);
    if (reader.delivered_at)
      note_move(reader.delivered_position,
                {{conversation, member.user, false, reader.delivered_up_to, *reader.delivered_at}, source});
    if (reader.read_at && reader.read_up_to > member.joined_after)
      note_move(reader.read_position, {{conversation, member.user, true, reader.read_up_to, *reader.read_at}, source});
  }
  return 1 + kReaderCost * members.size();
}

void StreamPass::note_own_move(Position at, const ConversationId& conversation) {
  auto [latest, is_first] = own_moves_.try_emplace(conversation, at);
  if (!is_first) moves_.erase(std::exchange(latest->second, at));
  note_move(at, {{conversation, user_, {}, {}, {}}, std::nullopt});
}

// Too many: the pass ends before the last of them, and the next begins there.
void StreamPass::note_move(Position at, Move move) {
  if (at <= after_ || at > through_) return;
  moves_.emplace(at, std::move(move));
  if (moves_.size() <= moves_max_) return;
  through_ = {std::prev(moves_.end())->first.value - 1};
  is_shortened_ = true;
  moves_.erase(std::prev(moves_.end()));
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
  if (!page.empty() && page.front().position <= through_) next_.emplace(page.front().position, index);
}

bool StreamPass::is_visible(Source& source, const StreamEntry& entry) const {
  if (source.turns.empty() || source.turns.front().at != entry.position) return source.is_inside;
  source.is_inside = source.turns.front().joined;
  source.turns.pop_front();
  return true;
}

// A message as it is now; what was said to it as it was, while it is there. The user may have left since the pass
// began, and come back.
std::optional<std::string> StreamPass::frame_of(const Snapshot& snapshot, const Source& source,
                                                const StreamEntry& entry, ResumeFrames& frames) const {
  if (!is_message(entry.type) && !is_reaction(entry.type)) {
    auto event = event_at(entry.position);
    if (!dispatcher_.is_member(user_, source.conversation) && !is_own_leave(*event)) return std::nullopt;
    if (entry.type == EventType::conversation_updated) frames.note_history(entry.position, source.conversation);
    return event_frame(*event, engine_.epoch());
  }
  if (!frames.may_see(source.conversation, entry.ordinal)) return std::nullopt;
  if (is_reaction(entry.type)) {
    if (!is_live(snapshot, source.conversation, entry.ordinal)) return std::nullopt;
    return event_frame(*event_at(entry.position), engine_.epoch());
  }
  auto now = frames.message_now(source.conversation, entry.ordinal);
  if (!now) return std::nullopt;
  if (entry.type == EventType::message_edited) frames.note_edit(entry.position, now->facts);
  return message_frame(entry.type, entry.position, entry.version, *now, engine_.epoch());
}

void StreamPass::tell_end(const Snapshot& snapshot, const Source& source, const StreamEntry& entry,
                          ResumeFrames& frames) const {
  auto now = snapshot.message_at(source.conversation, entry.ordinal);
  if (!now || !frames.may_see(source.conversation, entry.ordinal)) return frames.pass(entry.position);
  frames.add_end(entry.position, event_frame(*event_at(entry.position), engine_.epoch()), now->facts);
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

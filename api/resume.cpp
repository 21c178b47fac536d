#include "api/resume.h"

#include <algorithm>
#include <utility>

#include "api/render.h"

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using base::Position;
using base::UserId;
using domain::RecordedEvent;
using projections::Snapshot;

Resume::Resume(engine::Engine& engine, projections::Views& views, Dispatcher& dispatcher, const Limits& limits,
               UserId user, Position after)
    : engine_(engine),
      views_(views),
      dispatcher_(dispatcher),
      limits_(limits),
      user_(std::move(user)),
      after_(after),
      served_(after) {}

Resume::Step Resume::step(std::size_t frames_max, std::vector<FramePtr>& out) {
  auto snapshot = views_.snapshot();
  // Who is a member is asked of the dispatcher, which must know at least what the snapshot shows.
  const Position known = std::max(snapshot->position(), served_);
  if (dispatcher_.cursor() < known) dispatcher_.pump();
  if (dispatcher_.cursor() < known) return Step::more;
  bool is_far = dispatcher_.cursor().value - served_.value > kNearEvents;
  if (is_far && snapshot->position() > served_) seats_.reset();
  if (!pass_ && !seats_ && !begin(*snapshot)) return Step::wait_for_views;
  if (pass_) return step_streams(*snapshot, frames_max, out);
  if (!step_tail(*snapshot, frames_max, out)) return Step::more;
  return tell_missed(*snapshot, frames_max, out);
}

bool Resume::begin(const Snapshot& snapshot) {
  if (snapshot.position() > served_) {
    pass_.emplace(engine_, dispatcher_, user_, served_, snapshot);
    return true;
  }
  if (served_.value - snapshot.position().value > Dispatcher::kSeedEventsMax) return false;
  seats_.emplace(user_);
  seats_->seed(snapshot.memberships(user_));
  for (auto at = snapshot.position(); at < served_;) {
    for (const auto& event : read_events(engine_, at, served_, kTailEventsMax)) {
      seats_->fold(*event);
      at = event->position;
    }
  }
  return true;
}

Resume::Step Resume::step_streams(const Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out) {
  if (!pass_->step(snapshot, frames_max, out, served_, missed_)) return Step::more;
  served_ = pass_->through();
  seats_ = pass_->take_seats();
  pass_.reset();
  return Step::more;
}

// True when it has met the cursor.
bool Resume::step_tail(const Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out) {
  for (const auto& event : read_events(engine_, served_, dispatcher_.cursor(), kTailEventsMax)) {
    if (out.size() >= frames_max) return false;
    if (auto text = take(snapshot, *event)) out.push_back(make_frame(std::move(*text)));
    served_ = event->position;
    while (latest_.size() > kLatestMax) {
      auto receipt = latest_.extract(latest_.begin());
      tell_receipt(receipt.key(), receipt.mapped(), out);
    }
  }
  return served_ == dispatcher_.cursor();
}

std::optional<std::string> Resume::take(const Snapshot& snapshot, const RecordedEvent& event) {
  auto conversation = conversation_of(event);
  if (!conversation) return std::nullopt;
  auto before = seats_->find(*conversation);
  seats_->fold(event);
  auto after = seats_->find(*conversation);
  bool has_left = before && !after;
  if (!before && !after) return std::nullopt;
  if (!has_left && !dispatcher_.is_member(user_, *conversation)) return std::nullopt;
  if (take_pointer(event)) return std::nullopt;
  return frame_of(snapshot, event, after ? *after : *before);
}

// Receipts and the user's own pointers: kept for the end. False for every other event.
bool Resume::take_pointer(const RecordedEvent& event) {
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&*event.body)) {
    if (read->user == user_) {
      missed_.counts.note_moved(user_, read->conversation, event.position);
    } else if (read->up_to) {
      latest_[{read->conversation, read->user, true}] = {read->up_to, event.time};
    }
    return true;
  }
  if (const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&*event.body)) {
    if (delivered->user != user_)
      latest_[{delivered->conversation, delivered->user, false}] = {delivered->up_to, event.time};
    return true;
  }
  if (const auto* marked = std::get_if<domain::UnreadMarked>(&*event.body)) {
    if (marked->user == user_) missed_.counts.note_moved(user_, marked->conversation, event.position);
    return true;
  }
  const auto* flagged = std::get_if<domain::ConversationFlagged>(&*event.body);
  if (flagged && flagged->user == user_) missed_.counts.note_moved(user_, flagged->conversation, event.position);
  return flagged != nullptr;
}

std::optional<std::string> Resume::frame_of(const Snapshot& snapshot, const RecordedEvent& event,
                                            Ordinal joined_after) {
  if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body))
    return frame_of_message(snapshot, event, sent->facts, joined_after);
  if (const auto* edited = std::get_if<domain::MessageEdited>(&*event.body))
    return frame_of_message(snapshot, event, edited->facts, joined_after);
  if (const auto* deleted = std::get_if<domain::MessageDeleted>(&*event.body))
    return frame_of_end(snapshot, event, deleted->facts, joined_after);
  if (const auto* expired = std::get_if<domain::MessageExpired>(&*event.body))
    return frame_of_end(snapshot, event, expired->facts, joined_after);
  if (const auto* erased = std::get_if<domain::MessageErased>(&*event.body))
    return frame_of_end(snapshot, event, erased->facts, joined_after);
  if (const auto* added = std::get_if<domain::ReactionAdded>(&*event.body))
    return frame_of_reaction(snapshot, event, {added->conversation, added->ordinal}, joined_after);
  if (const auto* removed = std::get_if<domain::ReactionRemoved>(&*event.body))
    return frame_of_reaction(snapshot, event, {removed->conversation, removed->ordinal}, joined_after);
  return event_frame(event, engine_.epoch());
}

bool Resume::is_hidden(const Snapshot& snapshot, const MessagePlace& place, Ordinal joined_after) const {
  return place.ordinal <= joined_after && hides_before_join(snapshot, place.conversation);
}

// Of a deleted, expired or erased message: what it was does not matter any more.
std::optional<std::string> Resume::frame_of_end(const Snapshot& snapshot, const RecordedEvent& event,
                                                const domain::MessageFacts& facts, Ordinal joined_after) {
  if (facts.author != user_) missed_.counts.note_deleted(user_, facts.conversation, event.position, facts.ordinal);
  if (is_hidden(snapshot, {facts.conversation, facts.ordinal}, joined_after)) return std::nullopt;
  return event_frame(event, engine_.epoch());
}

// Reactions to what is gone since are gone too.
std::optional<std::string> Resume::frame_of_reaction(const Snapshot& snapshot, const RecordedEvent& event,
                                                     const MessagePlace& place, Ordinal joined_after) {
  if (is_hidden(snapshot, place, joined_after)) return std::nullopt;
  if (event.position <= snapshot.position() && !is_live(snapshot, place.conversation, place.ordinal))
    return std::nullopt;
  return event_frame(event, engine_.epoch());
}

// As it is now where the view knows it already; an event the view has not reached is what is now.
std::optional<std::string> Resume::frame_of_message(const Snapshot& snapshot, const RecordedEvent& event,
                                                    const domain::MessageFacts& facts, Ordinal joined_after) {
  if (is_hidden(snapshot, {facts.conversation, facts.ordinal}, joined_after)) return std::nullopt;
  if (event.position > snapshot.position()) return event_frame(event, engine_.epoch());
  auto now = snapshot.message_at(facts.conversation, facts.ordinal);
  if (!now) return std::nullopt;
  return message_frame(domain::type_of(*event.body), event.position, event.version, *now, engine_.epoch());
}

Resume::Step Resume::tell_missed(const Snapshot& snapshot, std::size_t frames_max, std::vector<FramePtr>& out) {
  while (!missed_.receipts.empty()) {
    if (out.size() >= frames_max) return Step::more;
    auto conversation = missed_.receipts.back();
    missed_.receipts.pop_back();
    tell_receipts(snapshot, conversation, out);
  }
  while (!latest_.empty()) {
    if (out.size() >= frames_max) return Step::more;
    auto receipt = latest_.extract(latest_.begin());
    tell_receipt(receipt.key(), receipt.mapped(), out);
  }
  missed_.counts.serve(
      snapshot, frames_max - std::min(frames_max, out.size()),
      [&](const UserId&, const ConversationId& conversation, auto count, const auto& reader) {
        if (!dispatcher_.is_member(user_, conversation)) return;
        out.push_back(make_frame(unread_changed_frame(served_, conversation, count, reader, engine_.epoch())));
      });
  auto next = missed_.counts.next();
  if (!next) return Step::met;
  return *next > snapshot.position() ? Step::wait_for_views : Step::more;
}

// Other people's pointers that moved since. A pointer that stands where its owner joined last was put there by that,
// not by reading.
void Resume::tell_receipts(const Snapshot& snapshot, const ConversationId& conversation, std::vector<FramePtr>& out) {
  if (!dispatcher_.is_member(user_, conversation)) return;
  if (!dispatcher_.pushes_receipts(conversation)) return;
  for (const auto& member : snapshot.members(conversation, {}, limits_.receipts_pushed_members_max)) {
    if (member.user == user_) continue;
    auto reader = snapshot.reader(conversation, member.user);
    if (reader.delivered_position > after_ && reader.delivered_at)
      tell_receipt({conversation, member.user, false}, {reader.delivered_up_to, *reader.delivered_at}, out);
    if (reader.read_position > after_ && reader.read_at && reader.read_up_to > member.joined_after)
      tell_receipt({conversation, member.user, true}, {reader.read_up_to, *reader.read_at}, out);
  }
}

void Resume::tell_receipt(const ReceiptKey& key, const Receipt& receipt, std::vector<FramePtr>& out) {
  const auto& [conversation, user, is_read] = key;
  if (!dispatcher_.is_member(user_, conversation) || !dispatcher_.pushes_receipts(conversation)) return;
  out.push_back(
      make_frame(receipt_frame(is_read, served_, conversation, user, receipt.up_to, receipt.at, engine_.epoch())));
}

}  // namespace hansard::api

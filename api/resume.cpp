#include "api/resume.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "api/render.h"
#include "engine/base/check.h"

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using base::Position;
using base::UserId;
using domain::RecordedEvent;
using projections::Snapshot;

namespace {

constexpr std::size_t kRecallPage = 64;

const domain::MessageFacts* facts_of_end(const RecordedEvent& event) {
  if (const auto* deleted = std::get_if<domain::MessageDeleted>(&*event.body)) return &deleted->facts;
  if (const auto* expired = std::get_if<domain::MessageExpired>(&*event.body)) return &expired->facts;
  if (const auto* erased = std::get_if<domain::MessageErased>(&*event.body)) return &erased->facts;
  return nullptr;
}

// Where the user moved a pointer, a marker or a flag of his own.
std::optional<ConversationId> own_move_in(const RecordedEvent& event, const UserId& user) {
  auto of = [&](const auto* body) { return body && body->user == user; };
  const bool is_own = of(std::get_if<domain::ReadAdvanced>(&*event.body)) ||
                      of(std::get_if<domain::UnreadMarked>(&*event.body)) ||
                      of(std::get_if<domain::ConversationFlagged>(&*event.body));
  return is_own ? conversation_of(event) : std::nullopt;
}

// Another member's pointer; one at 0 has not moved yet.
std::optional<ReceiptMove> receipt_of(const RecordedEvent& event, const UserId& user) {
  auto of = [&](const auto& body, bool is_read) -> std::optional<ReceiptMove> {
    if (body.user == user || !body.up_to) return std::nullopt;
    return ReceiptMove{body.conversation, body.user, is_read, body.up_to, event.time};
  };
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&*event.body)) return of(*read, true);
  if (const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&*event.body)) return of(*delivered, false);
  return std::nullopt;
}

// Moves of pointers, own ones too, that the same pointer's later move makes needless. A read that only takes a marker
// away moves none: the pointer's place, by streams too, is where it came to stand.
std::set<Position> overtaken_moves(const std::vector<engine::EventPtr>& events) {
  std::map<std::tuple<ConversationId, UserId, bool>, Ordinal> latest;
  std::set<Position> overtaken;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (!conversation_of(**event)) continue;
    auto move = receipt_of(**event, {});
    if (!move) continue;
    const auto [at, is_last] = latest.try_emplace({move->conversation, move->user, move->is_read}, move->up_to);
    if (!is_last && move->up_to < at->second) overtaken.insert((*event)->position);
  }
  return overtaken;
}

}  // namespace

Resume::Resume(engine::Engine& engine, projections::Views& views, Dispatcher& dispatcher, const Limits& limits,
               UserId user, Position after)
    : engine_(engine),
      views_(views),
      dispatcher_(dispatcher),
      limits_(limits),
      user_(std::move(user)),
      after_(after),
      acknowledged_(engine.durable()),
      served_(after) {}

Resume::Step Resume::step(std::size_t frames_max, std::vector<FramePtr>& out) {
  CHECK(late_.is_empty(), "counts of the step before were not taken");
  auto snapshot = views_.snapshot();
  // Who is a member is asked of the dispatcher, which must know at least what the snapshot shows.
  const Position known = std::max({snapshot->position(), served_, acknowledged_});
  if (dispatcher_.cursor() < known) dispatcher_.pump();
  if (dispatcher_.cursor() < known) return Step::more;
  bool is_far = dispatcher_.cursor().value - served_.value > kNearEvents;
  if (is_far && snapshot->position() > served_) seats_.reset();
  if (!pass_ && !seats_ && !begin(*snapshot)) return Step::wait_for_views;
  if (!is_recalled_ && snapshot->position() >= after_) recall(*snapshot);
  if (auto unfinished = tell_counts(*snapshot, frames_max, out)) return *unfinished;
  // Those that take long are owed: they could come faster than they are read.
  ResumeFrames frames(*snapshot, dispatcher_, user_, engine_.epoch(), out, served_, owed_, nullptr);
  const auto done = pass_ ? step_streams(*snapshot, frames_max, frames) : step_tail(*snapshot, frames_max, frames);
  frames.finish();
  return done;
}

// Nothing when there are no more to tell now. Counts wait until the views have reached `served`, and `served` what
// moved them. They are told at the end, and before where it is so long in coming that a client who is cut off would not
// find them (recall). What moves while the last ones are told is left to the dispatcher.
std::optional<Resume::Step> Resume::tell_counts(const Snapshot& snapshot, std::size_t frames_max,
                                                std::vector<FramePtr>& out) {
  const bool is_due = is_time_to_count();
  if (!is_due && (!has_met_ || is_counted_)) return std::nullopt;
  if (snapshot.position() < served_) return is_due ? std::optional(Step::wait_for_views) : std::nullopt;
  is_counted_ = false;
  ResumeFrames frames(snapshot, dispatcher_, user_, engine_.epoch(), out, served_, owed_, &late_);
  for (auto owed = owed_.counts.begin(); owed != owed_.counts.end();) {
    if (frames.is_full(frames_max)) return Step::more;
    const auto here = owed++;
    if (here->second.at > served_) continue;
    frames.add_count(served_, here->first, here->second.moved_by);
    owed_.counts.erase(here);
  }
  is_counted_ = has_met_;
  owed_.since = owed_.counts.empty() ? std::nullopt : std::optional(served_);
  behind_when_counted_ = behind();
  return late_.is_empty() ? std::nullopt : std::optional(Step::more);
}

// On the way to the end. Who is cut off after a few frames must come further each time: where nothing is his before
// `next`, `served` moves on, and else one event goes first. Not where counts took so long that more had come meanwhile
// than was told, nor once it has met the cursor: they could keep it from ever being done.
bool Resume::is_time_to_count() {
  const std::uint64_t next = (pass_ ? pass_->next().value_or(served_) : served_).value;
  if (!owed_.is_due_before({next})) return false;
  if (has_met_ || behind() >= behind_when_counted_) {
    owed_.since = {next};
    return false;
  }
  if (next > served_.value + 1) {
    served_ = {std::min(next - 1, std::max(served_.value + 1, owed_.since->value + CountsOwed::kToldWithin))};
  } else if (served_ == after_) {
    owed_.since = {next + 1 - CountsOwed::kToldWithin};
    return false;
  }
  return true;
}

// Those that came while the last ones were told: else they could keep it from ever being done.
void Resume::leave_counts_to_dispatcher() {
  for (const auto& [conversation, owed] : owed_.counts) dispatcher_.remind(user_, conversation);
  owed_ = {};
}

// At the beginning, though told later. Far from the cursor they are as old as they are: however often he is cut off,
// each is told while the next resume would still find it. Near it the end comes before that, and there counts cost
// least.
void Resume::recall(const Snapshot& snapshot) {
  is_recalled_ = true;
  const Position from{after_.value - std::min(after_.value, kNoticeEvents)};
  const Position told = dispatcher_.applied_when_told(after_);
  recall_own_moves(snapshot, std::min(from, told));
  for (const auto& membership : snapshot.memberships(user_)) {
    if (membership.member && membership.head > std::min(from, told)) recall_changes(membership, snapshot, from, told);
  }
}

void Resume::recall_own_moves(const Snapshot& snapshot, Position from) {
  for (const auto& entry : snapshot.stream(own_stream(snapshot, user_), from, kNoticeEvents)) {
    if (entry.position > after_) return;
    if (!is_own_move(entry.type)) continue;
    auto event = engine_.get(entry.position);
    CHECK(event.has_value(), entry.position.value, event.error().detail);
    if (auto conversation = conversation_of(*event.value()))
      owed_.add(*conversation, kOwnMove, {}, moved_after(entry.position));
  }
}

// Ends and edits of messages, and settings. Whose they were is not asked, nor which: a count may come twice. Where the
// views were further behind than what is looked at, everything that happened since is taken for one.
void Resume::recall_changes(const projections::Membership& membership, const Snapshot& snapshot, Position from,
                            Position told) {
  if (told < from) return owed_.add(membership.conversation, kOwnMove, {}, moved_after(told.next()));
  for (bool is_more = true; is_more;) {
    const auto page = snapshot.stream(base::stream_of(membership.conversation), from, kRecallPage);
    for (const auto& entry : page) {
      if (entry.position > after_) return;
      from = entry.position;
      const bool is_settings = entry.type == domain::EventType::conversation_updated;
      if (!is_settings && !is_end(entry.type) && entry.type != domain::EventType::message_edited) continue;
      owed_.add(membership.conversation, is_settings ? membership.joined_after : entry.ordinal, {}, moved_after(from));
    }
    is_more = page.size() == kRecallPage;
  }
}

bool Resume::begin(const Snapshot& snapshot) {
  if (snapshot.position() > served_) {
    pass_.emplace(engine_, dispatcher_, limits_, user_, served_, snapshot);
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

Resume::Step Resume::step_streams(const Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames) {
  if (!pass_->step(snapshot, frames_max, frames)) return Step::more;
  frames.finish();
  served_ = pass_->through();
  seats_ = pass_->take_seats();
  pass_.reset();
  return Step::more;
}

Resume::Step Resume::step_tail(const Snapshot& snapshot, std::size_t frames_max, ResumeFrames& frames) {
  const auto events = read_events(engine_, served_, dispatcher_.cursor(), kTailEventsMax);
  const auto overtaken = overtaken_moves(events);
  for (const auto& event : events) {
    if (frames.is_full(frames_max)) return Step::more;
    if (event->position > snapshot.position() && moves_count(*event)) return Step::wait_for_views;
    overtaken.contains(event->position) ? frames.pass(event->position) : take(snapshot, *event, frames);
  }
  frames.finish();
  if (served_ < dispatcher_.cursor()) return Step::more;
  has_met_ = true;
  if (is_counted_) {
    leave_counts_to_dispatcher();
    return Step::met;
  }
  return snapshot.position() < served_ ? Step::wait_for_views : Step::more;
}

// It is told with the user's count, which the views have to know.
bool Resume::moves_count(const RecordedEvent& event) const {
  auto conversation = conversation_of(event);
  if (!conversation || !seats_->find(*conversation)) return false;
  if (const auto* ended = facts_of_end(event)) return ended->author != user_;
  return own_move_in(event, user_).has_value();
}

void Resume::take(const Snapshot& snapshot, const RecordedEvent& event, ResumeFrames& frames) {
  auto conversation = conversation_of(event);
  if (!conversation) return frames.pass(event.position);
  const auto before = seats_->find(*conversation);
  seats_->fold(event);
  const auto after = seats_->find(*conversation);
  const bool has_left = before && !after;
  const bool may_read = has_left || (after && dispatcher_.is_member(user_, *conversation));
  if (!may_read) return frames.pass(event.position);
  tell(snapshot, event, frames);
}

void Resume::tell(const Snapshot& snapshot, const RecordedEvent& event, ResumeFrames& frames) {
  const auto at = event.position;
  if (auto own = own_move_in(event, user_)) return frames.add_count(at, *own);
  if (auto move = receipt_of(event, user_)) return frames.add_receipt(at, *move);
  const auto* ended = facts_of_end(event);
  if (!ended) return frames.add(at, frame_of(snapshot, event, frames));
  if (!frames.may_see(ended->conversation, ended->ordinal)) return frames.pass(at);
  frames.add_end(at, event_frame(event, engine_.epoch()), *ended);
}

std::optional<std::string> Resume::frame_of(const Snapshot& snapshot, const RecordedEvent& event,
                                            ResumeFrames& frames) {
  if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body))
    return frame_of_message(snapshot, event, sent->facts, frames);
  if (const auto* edited = std::get_if<domain::MessageEdited>(&*event.body))
    return frame_of_message(snapshot, event, edited->facts, frames);
  if (const auto* added = std::get_if<domain::ReactionAdded>(&*event.body))
    return frame_of_reaction(snapshot, event, *added, frames);
  if (const auto* removed = std::get_if<domain::ReactionRemoved>(&*event.body))
    return frame_of_reaction(snapshot, event, *removed, frames);
  const auto* updated = std::get_if<domain::ConversationUpdated>(&*event.body);
  if (updated && !has_met_) frames.note_history(event.position, updated->conversation);
  return event_frame(event, engine_.epoch());
}

// Reactions to what is gone since are gone too.
template <class Reaction>
std::optional<std::string> Resume::frame_of_reaction(const Snapshot& snapshot, const RecordedEvent& event,
                                                     const Reaction& reaction, const ResumeFrames& frames) {
  if (!frames.may_see(reaction.conversation, reaction.ordinal)) return std::nullopt;
  if (event.position <= snapshot.position() && !is_live(snapshot, reaction.conversation, reaction.ordinal))
    return std::nullopt;
  return event_frame(event, engine_.epoch());
}

// As it is now where the view knows it already; an event the view has not reached is what is now.
std::optional<std::string> Resume::frame_of_message(const Snapshot& snapshot, const RecordedEvent& event,
                                                    const domain::MessageFacts& facts, ResumeFrames& frames) {
  if (!frames.may_see(facts.conversation, facts.ordinal)) return std::nullopt;
  // Once it has met the cursor, the dispatcher tells of edits (UnreadNotices): else edits of others could keep it from
  // ever being done.
  const bool is_edit = domain::type_of(*event.body) == domain::EventType::message_edited;
  if (is_edit && !has_met_) frames.note_edit(event.position, facts);
  if (event.position > snapshot.position()) return event_frame(event, engine_.epoch());
  auto now = frames.message_now(facts.conversation, facts.ordinal);
  if (!now) return std::nullopt;
  return message_frame(domain::type_of(*event.body), event.position, event.version, *now, engine_.epoch());
}

}  // namespace hansard::api

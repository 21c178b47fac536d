#include "api/dispatcher.h"

#include <algorithm>

#include "api/render.h"
#include "engine/base/check.h"

namespace hansard::api {

using base::ConversationId;
using base::Ordinal;
using base::Position;
using base::UserId;
using domain::RecordedEvent;

std::vector<engine::EventPtr> read_events(const engine::Engine& engine, Position after, Position through,
                                          std::size_t events_max) {
  if (through <= after) return {};
  auto wanted = std::min<std::uint64_t>(through.value - after.value, events_max);
  auto events = engine.read(after, wanted);
  CHECK(events.has_value(), events.error().detail);
  return std::move(events.value());
}

Dispatcher::Dispatcher(asio::io_context& io, engine::Engine& engine, projections::Views& views, const Limits& limits)
    : engine_(engine),
      views_(views),
      limits_(limits),
      cursor_(engine.durable()),
      durable_bell_(std::make_shared<Bell>(io, [this] { on_durable(); })),
      views_bell_(std::make_shared<Bell>(io, [this] { on_views(); })) {}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::start() { arm_durable(); }

void Dispatcher::stop() {
  stopped_ = true;
  durable_bell_->silence();
  views_bell_->silence();
  engine_.durable_gate().cancel(durable_ticket_);
  views_.applied_gate().cancel(views_ticket_);
}

void Dispatcher::on_durable() {
  durable_armed_ = false;
  if (pump()) {
    durable_bell_->ring();
  } else {
    arm_durable();
  }
}

void Dispatcher::arm_durable() {
  if (durable_armed_ || stopped_) return;
  durable_armed_ = true;
  durable_ticket_ = engine_.durable_gate().notify_at(cursor_.next(), [bell = durable_bell_] { bell->ring(); });
}

bool Dispatcher::pump() {
  auto durable = engine_.durable();
  if (members_.is_empty()) cursor_ = std::max(cursor_, durable);
  lag_.note(cursor_, views_.applied());
  for (const auto& event : read_events(engine_, cursor_, durable, kSliceEvents)) {
    dispatch(*event);
    cursor_ = event->position;
  }
  arm_views();
  return cursor_ < durable;
}

bool Dispatcher::attach(Subscriber& session) {
  if (auto* known = members_.find(session.user())) {
    known->sessions.push_back(&session);
    return true;
  }
  auto snapshot = views_.snapshot();
  auto is_behind = [&] {
    return cursor_ < snapshot->position() || (members_.is_empty() && cursor_ < engine_.durable());
  };
  for (int slice = 0; is_behind(); ++slice) {
    if (slice == kAttachSlices) return false;
    pump();
  }
  if (cursor_.value - snapshot->position().value > kSeedEventsMax) return false;
  Seats seats(session.user());
  seats.seed(snapshot->memberships(session.user()));
  fold_up_to_cursor(seats, snapshot->position());
  members_.add(std::move(seats), cursor_).sessions.push_back(&session);
  return true;
}

void Dispatcher::fold_up_to_cursor(Seats& seats, Position after) const {
  while (after < cursor_) {
    for (const auto& event : read_events(engine_, after, cursor_, kSliceEvents)) {
      seats.fold(*event);
      after = event->position;
    }
  }
}

void Dispatcher::detach(Subscriber& session) {
  auto* user = members_.find(session.user());
  if (!user) return;
  std::erase(user->sessions, &session);
  if (user->sessions.empty()) members_.remove(session.user());
}

bool Dispatcher::is_member(const UserId& user, const ConversationId& conversation) const {
  return joined_after(user, conversation).has_value();
}

std::optional<Ordinal> Dispatcher::joined_after(const UserId& user, const ConversationId& conversation) const {
  auto* local = members_.find(user);
  return local ? local->seats.find(conversation) : std::nullopt;
}

// One event to the sessions of its conversation: a line for each kind, so that a new one is not forgotten.
struct Dispatcher::Dispatching {
  Dispatcher& to;
  Audience& audience;
  const RecordedEvent& event;
  const ConversationId& conversation;

  void operator()(const domain::ReadAdvanced& read) const {
    to.offer_receipt(audience, event, conversation, read.up_to);
    moved(read.user);
  }
  void operator()(const domain::DeliveredAdvanced& delivered) const {
    to.offer_receipt(audience, event, conversation, delivered.up_to);
  }
  void operator()(const domain::UnreadMarked& marked) const { moved(marked.user); }
  void operator()(const domain::ConversationFlagged& flagged) const { moved(flagged.user); }

  void operator()(const domain::MessageEdited& edited) const {
    changed(edited.facts.ordinal);
    if (!audience.users.empty() && !to.notices_.note_edited(edited.facts, event.position)) {
      to.note_deleted(audience, event, edited.facts);
    }
  }
  void operator()(const domain::MessageDeleted& deleted) const { gone(deleted.facts); }
  void operator()(const domain::MessageExpired& expired) const { gone(expired.facts); }
  void operator()(const domain::MessageErased& erased) const { gone(erased.facts); }
  void operator()(const domain::ReactionAdded& added) const { changed(added.ordinal); }
  void operator()(const domain::ReactionRemoved& removed) const { changed(removed.ordinal); }

  void operator()(const domain::ConversationCreated&) const { told_to_all(); }
  void operator()(const domain::ConversationUpdated&) const {
    told_to_all();
    to.note_history(audience, event, conversation);
  }
  void operator()(const domain::ConversationClosed&) const { told_to_all(); }
  void operator()(const domain::ConversationErased&) const { told_to_all(); }
  void operator()(const domain::MemberAdded&) const { told_to_all(); }
  void operator()(const domain::MemberRemoved&) const { told_to_all(); }
  void operator()(const domain::MemberRoleChanged&) const { told_to_all(); }
  void operator()(const domain::MessageSent&) const { told_to_all(); }

  // One user's own and the system's are nobody else's.
  void operator()(const domain::ProfileUpdated&) const {}
  void operator()(const domain::UserBlocked&) const {}
  void operator()(const domain::UserUnblocked&) const {}
  void operator()(const domain::UserSeen&) const {}
  void operator()(const domain::UserErased&) const {}
  void operator()(const domain::NotificationDue&) const {}
  void operator()(const domain::SendScheduled&) const {}
  void operator()(const domain::ScheduleCancelled&) const {}
  void operator()(const domain::FileUploaded&) const {}
  void operator()(const domain::FileCollected&) const {}
  void operator()(const domain::LossAccepted&) const {}
  void operator()(const domain::ErasureRequested&) const {}
  void operator()(const domain::ErasureCompleted&) const {}
  void operator()(const domain::HoldPlaced&) const {}
  void operator()(const domain::HoldReleased&) const {}
  void operator()(const domain::HoldConflict&) const {}
  void operator()(const domain::AuditRead&) const {}

 private:
  void moved(const UserId& user) const { to.note_moved(user, conversation, event.position); }
  void changed(Ordinal ordinal) const { to.offer_change(audience, event, conversation, ordinal); }
  void gone(const domain::MessageFacts& facts) const {
    changed(facts.ordinal);
    to.note_deleted(audience, event, facts);
  }
  void told_to_all() const {
    auto text = event_frame(event, to.engine_.epoch());
    if (text) to.offer_to_all(audience, event.position, make_frame(std::move(*text)));
  }
};

void Dispatcher::dispatch(const RecordedEvent& event) {
  auto conversation = conversation_of(event);
  if (!conversation) return;
  members_.fold_joins(event);
  if (auto* audience = members_.audience(*conversation)) {
    std::visit(Dispatching{*this, *audience, event, *conversation}, *event.body);
  }
  members_.fold_leaves(event);
}

void Dispatcher::offer_to_all(const Audience& audience, Position position, const FramePtr& frame) {
  for (auto* user : audience.users) {
    for (auto* session : user->sessions) session->offer(position, frame);
  }
}

// What happens to a message from before somebody joined is hidden from him where the history is.
void Dispatcher::offer_change(const Audience& audience, const RecordedEvent& event, const ConversationId& conversation,
                              Ordinal ordinal) {
  auto text = event_frame(event, engine_.epoch());
  if (!text) return;
  auto frame = make_frame(std::move(*text));
  std::optional<bool> hides_history;
  for (auto* user : audience.users) {
    if (user->seats.find(conversation) >= ordinal) {
      if (!hides_history) hides_history = hides_before_join(*views_.snapshot(), conversation);
      if (*hides_history) continue;
    }
    for (auto* session : user->sessions) session->offer(event.position, frame);
  }
}

void Dispatcher::offer_receipt(const Audience& audience, const RecordedEvent& event, const ConversationId& conversation,
                               Ordinal up_to) {
  if (!up_to || !pushes_receipts(conversation)) return;
  offer_to_all(audience, event.position, make_frame(receipt_frame(event, engine_.epoch())));
}

bool Dispatcher::pushes_receipts(const ConversationId& conversation) {
  auto* audience = members_.audience(conversation);
  if (!audience) return false;
  if (!audience->member_count) {
    auto snapshot = views_.snapshot();
    auto view = snapshot->conversation(conversation);
    // A conversation the views do not know yet is seconds old; who is here stands for it.
    auto count = view ? view->member_count : static_cast<std::uint32_t>(audience->users.size());
    if (!view || snapshot->position() < audience->changed) return count <= limits_.receipts_pushed_members_max;
    audience->member_count = count;
  }
  return *audience->member_count <= limits_.receipts_pushed_members_max;
}

void Dispatcher::note_moved(const UserId& user, const ConversationId& conversation, Position at) {
  if (members_.find(user)) notices_.note_moved(user, conversation, at);
}

void Dispatcher::remind(const UserId& user, const ConversationId& conversation) {
  note_moved(user, conversation, cursor_);
  arm_views();
}

void Dispatcher::note_deleted(const Audience& audience, const RecordedEvent& event, const domain::MessageFacts& facts) {
  for (auto* user : audience.users) {
    if (user->seats.user() == facts.author) continue;
    notices_.note_changed(user->seats.user(), facts.conversation, event.position, facts.ordinal);
  }
}

// What `history` hides or shows now counts for whoever marked some of it as unread.
void Dispatcher::note_history(const Audience& audience, const RecordedEvent& event,
                              const ConversationId& conversation) {
  for (auto* user : audience.users) {
    const auto joined_after = user->seats.find(conversation);
    if (joined_after && *joined_after)
      notices_.note_changed(user->seats.user(), conversation, event.position, *joined_after);
  }
}

void Dispatcher::arm_views() {
  auto next = notices_.next();
  if (!next || views_armed_ || stopped_) return;
  views_armed_ = true;
  views_ticket_ =
      views_.applied_gate().notify_at(*next, [bell = views_bell_] { bell->ring(); }, base::PositionGate::Wait::follows);
}

void Dispatcher::on_views() {
  views_armed_ = false;
  auto snapshot = views_.snapshot();
  notices_.serve(*snapshot, kNoticesASlice,
                 [this](const auto& user, const auto& conversation, auto count, const auto& reader) {
                   tell_unread(user, conversation, count, reader);
                 });
  arm_views();
}

void Dispatcher::tell_unread(const UserId& user, const ConversationId& conversation, projections::UnreadCount count,
                             const projections::ReaderView& reader) {
  auto* local = members_.find(user);
  if (!local || !local->seats.find(conversation)) return;
  auto frame = make_frame(unread_changed_frame(cursor_, conversation, count, reader, engine_.epoch()));
  for (auto* session : local->sessions) session->offer_unread(cursor_, conversation, frame);
}

}  // namespace hansard::api

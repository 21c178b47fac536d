// One per io thread: reads every durable event once, encodes its frame once, and offers the shared bytes to the local
// sessions of its conversation.
//
// Why no event is lost or doubled around an attach. Let C be the cursor: every event at or below C has been offered,
// none above. Everything here runs on one thread and attach does not wait, so C stands still while it runs.
//   1. The snapshot's position V is brought to V <= C first: if the views are ahead, the events up to V are dispatched
//      before anything else (they are durable, I3).
//   2. The user's conversations at V, from the view, and the membership events in (V, C], from the log, fold to exactly
//      his conversations at C: LocalMembers, which folds the same events the same way, holds the same for users who
//      were there before.
//   3. The session is told C (hello.position) and from then on is offered every event above C of the conversations
//      LocalMembers has him in; LocalMembers is exactly as of C before each event and as of C + 1 after it.
//   So a session gets each event above C that concerns its user once, and none at or below C. What came before C is
//   the business of Resume, which ends where the cursor stands, on the same thread, without a wait in between.
// With no session here the cursor jumps to the durable position instead of reading.
//
// Thread: the io thread it belongs to. The gates' callbacks only ring a Bell.
// Limits: kSliceEvents a wake-up, then other work has its turn; attach dispatches kAttachSlices of them at most, and
// refuses when (V, C] is longer than kSeedEventsMax.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "api/call_signal.h"
#include "api/dispatcher_members.h"
#include "api/dispatcher_unread.h"
#include "api/lag_history.h"
#include "api/limits.h"
#include "api/outbox.h"
#include "api/presence_teller.h"
#include "engine/engine.h"
#include "projections/views.h"

namespace hansard::api {

// A session as the dispatcher sees it. None of the calls may attach or detach.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual const base::UserId& user() const = 0;
  // In position order. `position` is the event's.
  virtual void offer(base::Position position, const FramePtr& frame) = 0;
  // unread.changed; `position` is the cursor: at or above all that was offered before.
  virtual void offer_unread(base::Position position, const base::ConversationId& conversation,
                            const FramePtr& frame) = 0;
  virtual void offer_droppable(const FramePtr& frame) = 0;
};

class Dispatcher {
 public:
  static constexpr std::size_t kSliceEvents = 512;
  static constexpr std::size_t kSeedEventsMax = 4'096;
  static constexpr std::size_t kNoticesASlice = 128;
  static constexpr int kAttachSlices = 8;

  Dispatcher(asio::io_context& io, engine::Engine& engine, projections::Views& views, const Limits& limits);
  ~Dispatcher();

  // Follows the durable gate until stop.
  void start();
  void stop();
  // Dispatches up to kSliceEvents events; true when there are more. start() calls it on each wake-up.
  bool pump();

  // False when the views are more than kSeedEventsMax events behind, or the cursor is further behind them than
  // kAttachSlices slices bring it: wait for the views, let others have their turn, and try again.
  bool attach(Subscriber& session);
  void detach(Subscriber& session);

  base::Position cursor() const { return cursor_; }
  // See LagHistory.
  base::Position applied_when_told(base::Position told) const { return lag_.applied_when(told); }
  // As of the cursor; for users with a session here.
  bool is_member(const base::UserId& user, const base::ConversationId& conversation) const;
  // The last ordinal when he joined; nothing when he is no member.
  std::optional<base::Ordinal> joined_after(const base::UserId& user, const base::ConversationId& conversation) const;
  // Receipt frames are pushed where a conversation has at most limits.receipts_pushed_members_max members.
  bool pushes_receipts(const base::ConversationId& conversation);
  // The user's count is to be told once more, when the views have reached the cursor.
  void remind(const base::UserId& user, const base::ConversationId& conversation);
  // What is no event (dispatcher_live.cpp), to members with a session here; left out where an outbox has little room.
  void push_typing(const log::TypingTransition& transition);  // to the other members
  void push_presence(const PresencePush& push);               // to the others, once each
  void push_call_signal(const CallSignal& signal);

 private:
  void on_durable();
  void on_views();
  void arm_durable();
  void arm_views();
  void dispatch(const domain::RecordedEvent& event);
  struct Dispatching;
  void offer_to_all(const Audience& audience, base::Position position, const FramePtr& frame);
  void offer_change(const Audience& audience, const domain::RecordedEvent& event,
                    const base::ConversationId& conversation, base::Ordinal ordinal);
  void offer_receipt(const Audience& audience, const domain::RecordedEvent& event,
                     const base::ConversationId& conversation, base::Ordinal up_to);
  void note_moved(const base::UserId& user, const base::ConversationId& conversation, base::Position at);
  void note_deleted(const Audience& audience, const domain::RecordedEvent& event, const domain::MessageFacts& facts);
  void note_history(const Audience& audience, const domain::RecordedEvent& event,
                    const base::ConversationId& conversation);
  void tell_unread(const base::UserId& user, const base::ConversationId& conversation, projections::UnreadCount count,
                   const projections::ReaderView& reader);
  void fold_up_to_cursor(Seats& seats, base::Position after) const;

  engine::Engine& engine_;
  projections::Views& views_;
  const Limits& limits_;
  LocalMembers members_;
  UnreadNotices notices_{[this](const base::UserId& user) { return members_.find(user) != nullptr; }};
  base::Position cursor_;
  LagHistory lag_;
  std::shared_ptr<Bell> durable_bell_, views_bell_;
  base::PositionGate::Ticket durable_ticket_ = 0, views_ticket_ = 0;
  bool durable_armed_ = false, views_armed_ = false, stopped_ = false;
};

// The events after `after` up to `through`, in order, from the tail or the log. A log that cannot be read ends the
// process.
std::vector<engine::EventPtr> read_events(const engine::Engine& engine, base::Position after, base::Position through,
                                          std::size_t events_max);

}  // namespace hansard::api

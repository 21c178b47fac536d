// One `events.subscribe` of a socket: the log from a position on, as frames into the socket's outbox, as long as there
// is credit and room. Beside the socket's ordinary delivery, which it leaves half of the outbox to.
//
//   event ×n, checkpoint (every kCheckpointEvents looked at, every limits.events_checkpoint_ms), caught_up and
//   fell_behind when that changes, subscription.closed in the end where the server ends it.
//
// Pull only: without credit or room it holds a position and nothing else, and goes on from the log.
//
// Invariants: each event that matches is sent once, in order; a checkpoint's position says that everything at or below
// it was sent or filtered. A consumer's cursor follows what is acknowledged or filtered without a gap.
// Thread: the io thread of the context; a task of its group.
// Limits: `window` events in flight.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/consumer_seat.h"
#include "api/context.h"
#include "api/credit_window.h"
#include "api/event_tail.h"
#include "api/outbox.h"
#include "api/problem.h"
#include "api/task_group.h"
#include "engine/event_scan.h"

namespace hansard::api {

class EventSubscription : public std::enable_shared_from_this<EventSubscription> {
 public:
  static constexpr std::uint64_t kCheckpointEvents = 10'000;
  static constexpr std::uint64_t kBehindEvents = 1'000;  // without credit or room for so many: it fell behind

  EventSubscription(Context& context, std::shared_ptr<Outbox> outbox, std::uint64_t number, engine::EventScan scan,
                    std::size_t window);
  // Keeps a consumer's cursor; before start.
  void read_for(std::unique_ptr<ConsumerSeat> seat) { seat_ = std::move(seat); }
  void start(TaskGroup& tasks);
  // The server ends it, and says why and from where to go on.
  void end(const Problem& problem);
  // No frame comes any more.
  void close();
  bool is_closed() const { return is_closed_; }

  // False: nothing that high was sent.
  bool ack(base::Position up_to);
  // There is room, credit, or news: look again.
  void look() { follower_.wake.notify(); }

 private:
  static asio::awaitable<void> run(std::shared_ptr<EventSubscription> self);
  void turn();
  void send(const engine::EventPtr& event);
  void on_step(engine::EventScan::Step step);
  void on_blocked();
  void push_position(std::string_view type);
  bool can_send() const { return credit_.has_credit() && outbox_->has_room(); }
  bool is_due() const { return context_.clock.monotonic() >= follower_.due; }

  Context& context_;
  EventTail::Follower follower_;
  std::shared_ptr<Outbox> outbox_;
  const std::uint64_t number_;
  engine::EventScan scan_;
  CreditWindow credit_;
  std::unique_ptr<ConsumerSeat> seat_;
  base::Position told_;     // of the last frame
  base::Position settled_;  // told to the consumer
  bool is_caught_up_ = false, goes_on_ = false, is_closed_ = false;
};

}  // namespace hansard::api

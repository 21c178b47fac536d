#include "api/event_subscription.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/position_text.h"

namespace hansard::api {

using base::Position;
using engine::EventScan;

EventSubscription::EventSubscription(Context& context, std::shared_ptr<Outbox> outbox, std::uint64_t number,
                                     EventScan scan, std::size_t window)
    : context_(context),
      follower_(*context.event_tail),
      outbox_(std::move(outbox)),
      number_(number),
      scan_(std::move(scan)),
      credit_(window),
      told_(scan_.scanned()),
      settled_(told_) {}

void EventSubscription::start(TaskGroup& tasks) {
  follower_.due = context_.clock.monotonic() + std::chrono::milliseconds(context_.limits.events_checkpoint_ms);
  tasks.spawn("event subscription", run(shared_from_this()));
}

void EventSubscription::close() {
  is_closed_ = true;
  seat_.reset();
  look();
}

bool EventSubscription::ack(Position up_to) {
  if (up_to > scan_.scanned()) return false;
  credit_.ack(up_to);
  look();
  return true;
}

asio::awaitable<void> EventSubscription::run(std::shared_ptr<EventSubscription> self) {
  co_await asio::post(self->context_.io, asio::use_awaitable);  // the ack that names it goes first
  while (!self->is_closed_) {
    self->turn();
    if (self->is_closed_) break;
    if (self->goes_on_) {
      co_await asio::post(self->context_.io, asio::use_awaitable);  // others have their turn
    } else {
      co_await self->follower_.wake.wait();
    }
  }
}

void EventSubscription::turn() {
  goes_on_ = false;
  if (seat_ && !seat_->is_current()) return end(consumer_taken());
  if (can_send()) {
    const auto sink = [this](const engine::EventPtr& event) {
      send(event);
      return can_send();
    };
    const auto step = scan_.step(sink);
    if (!step) return end(problem_of(step.error()));
    on_step(step.value());
  } else {
    on_blocked();
  }
  const bool is_far = scan_.scanned().value - told_.value >= kCheckpointEvents;
  if ((is_far || is_due()) && outbox_->has_room()) push_position("checkpoint");
  const auto settled = credit_.settled(scan_.scanned());
  if (seat_ && std::exchange(settled_, settled) < settled) seat_->ack(settled);
}

void EventSubscription::send(const engine::EventPtr& event) {
  const auto text = context_.event_tail->text_of(event);
  std::string frame = "{\"type\":\"event\",\"subscription\":";
  frame.append(std::to_string(number_)).append(",\"position\":\"");
  append_position(frame, context_.engine.epoch(), event->position);
  frame.append("\",\"data\":").append(*text).append("}");
  outbox_->push(make_frame(std::move(frame)));
  credit_.sent(event->position);
  told_ = event->position;
}

void EventSubscription::on_step(EventScan::Step step) {
  goes_on_ = step == EventScan::Step::more && can_send();
  if (step == EventScan::Step::more || std::exchange(is_caught_up_, true)) return;
  push_position("caught_up");
}

void EventSubscription::on_blocked() {
  const bool is_behind = context_.engine.durable().value - scan_.scanned().value >= kBehindEvents;
  if (is_behind && std::exchange(is_caught_up_, false)) push_position("fell_behind");
}

void EventSubscription::push_position(std::string_view type) {
  const auto position = position_text(context_.engine.epoch(), scan_.scanned());
  std::string frame = "{\"type\":\"";
  frame.append(type).append("\",\"subscription\":").append(std::to_string(number_));
  frame.append(",\"position\":\"").append(position);
  frame.append("\",\"data\":{\"position\":\"").append(position).append("\"}}");
  outbox_->push(make_frame(std::move(frame)));
  told_ = scan_.scanned();
  follower_.due = context_.clock.monotonic() + std::chrono::milliseconds(context_.limits.events_checkpoint_ms);
}

void EventSubscription::end(const Problem& problem) {
  std::string frame = "{\"type\":\"subscription.closed\",\"subscription\":";
  frame.append(std::to_string(number_)).append(",\"position\":\"");
  append_position(frame, context_.engine.epoch(), scan_.scanned());
  frame.append("\",\"data\":");
  append_problem(frame, problem, base::uuid_text(context_.uuids.next()));
  frame += '}';
  outbox_->push(make_frame(std::move(frame)));
  close();
}

}  // namespace hansard::api

#include "api/event_subscriptions.h"

#include <utility>

#include "api/event_request.h"
#include "api/position_text.h"

namespace hansard::api {

Answered<EventSubscribe> EventSubscriptions::parse(const ClientFrame& frame) const {
  Fields fields(frame.data, "`data`");
  EventSubscribe asked;
  asked.window = fields.number("window", context_.limits.subscription_window_max).value_or(kWindowDefault);
  if (asked.window == 0) fields.wrong("window", "a number from 1 on");
  asked.consumer = fields.text("consumer").value_or("");
  const auto from = fields.text("from");
  TRY(asked.filter, event_filter_of(fields));
  if (!asked.consumer.empty() && (from || !asked.filter.is_open())) {
    return malformed("`consumer` says where to begin and what to leave out; leave the rest away");
  }
  // Here and not when it is opened: what is refused is not put on record as read.
  const bool is_known = context_.consumers != nullptr && context_.consumers->status(asked.consumer).has_value();
  if (!asked.consumer.empty() && !is_known) return not_found();
  if (from) {
    TRY(asked.from, event_position(context_, *from, "from"));
  }
  if (open_.size() >= context_.limits.subscriptions_per_socket_max) {
    return Problem{429, "too_many_subscriptions", "This socket has as many subscriptions as it may.", 0, {}, {}};
  }
  return asked;
}

Answered<std::unique_ptr<ConsumerSeat>> EventSubscriptions::take_seat(EventSubscribe& asked, std::uint64_t number) {
  if (asked.consumer.empty()) return std::unique_ptr<ConsumerSeat>();
  // The seat belongs to the subscription and goes before this does.
  auto look = [this, number] {
    if (const auto found = open_.find(number); found != open_.end()) found->second->look();
  };
  TRY(auto seat, ConsumerSeat::take(context_, asked.consumer, std::move(look)));
  asked.filter = seat->place().filter;
  asked.from = seat->place().cursor;
  return seat;
}

Answered<std::string> EventSubscriptions::open(EventSubscribe asked) {
  std::erase_if(open_, [](const auto& one) { return one.second->is_closed(); });
  if (open_.size() >= context_.limits.subscriptions_per_socket_max) {
    return Problem{429, "too_many_subscriptions", "This socket has as many subscriptions as it may.", 0, {}, {}};
  }
  const auto number = ++last_;
  TRY(auto seat, take_seat(asked, number));
  engine::EventScan scan(context_.engine, std::move(asked.filter), asked.from);
  auto subscription = std::make_shared<EventSubscription>(context_, outbox_, number, std::move(scan), asked.window);
  if (seat) subscription->read_for(std::move(seat));
  subscription->start(tasks_);
  open_.emplace(number, std::move(subscription));
  std::string data = "{\"subscription\":" + std::to_string(number) + ",\"window\":" + std::to_string(asked.window);
  return data + ",\"position\":\"" + position_text(context_.engine.epoch(), asked.from) + "\"}";
}

// `subscription`, or the only one there is.
Answered<EventSubscriptions::Open::iterator> EventSubscriptions::named(Fields& fields) {
  const auto number = fields.number("subscription", UINT32_MAX);
  if (fields.problem()) return *fields.problem();
  std::erase_if(open_, [](const auto& one) { return one.second->is_closed(); });
  const auto found = number ? open_.find(*number) : open_.begin();
  if (found == open_.end()) return not_found();
  if (!number && open_.size() > 1) return malformed("`subscription` is missing: there are several");
  return found;
}

Answered<std::string> EventSubscriptions::ack(const ClientFrame& frame) {
  Fields fields(frame.data, "`data`");
  fields.require("position");
  const auto text = fields.text("position");
  TRY(auto found, named(fields));
  TRY(auto position, event_position(context_, *text, "position"));
  if (!found->second->ack(position)) return malformed("`position` is above what was sent");
  return "{\"subscription\":" + std::to_string(found->first) + "}";
}

Answered<std::string> EventSubscriptions::unsubscribe(const ClientFrame& frame) {
  Fields fields(frame.data, "`data`");
  TRY(auto found, named(fields));
  const auto number = found->first;
  found->second->close();
  open_.erase(found);
  return "{\"subscription\":" + std::to_string(number) + "}";
}

void EventSubscriptions::on_written() {
  for (auto& [number, subscription] : open_) subscription->look();
}

void EventSubscriptions::end(const Problem& why) {
  for (auto& [number, subscription] : open_) {
    if (!subscription->is_closed()) subscription->end(why);
  }
  open_.clear();
}

void EventSubscriptions::close() {
  for (auto& [number, subscription] : open_) subscription->close();
  open_.clear();
}

}  // namespace hansard::api

// The subscriptions of one socket: events.subscribe, events.ack and events.unsubscribe, above the transport.
//
// Thread: the io thread of the context. Limits: limits.subscriptions_per_socket_max.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/event_subscription.h"
#include "api/frames.h"
#include "api/json_fields.h"

namespace hansard::api {

// events.subscribe, read and checked.
struct EventSubscribe {
  engine::EventFilter filter;
  base::Position from;
  std::size_t window = 0;
  std::string consumer;  // "" for none; filter and from are the consumer's then
};

class EventSubscriptions {
 public:
  static constexpr std::size_t kWindowDefault = 100;

  EventSubscriptions(Context& context, TaskGroup& tasks, std::shared_ptr<Outbox> outbox)
      : context_(context), tasks_(tasks), outbox_(std::move(outbox)) {}

  Answered<EventSubscribe> parse(const ClientFrame& frame) const;
  // The data of the ack. The frames come behind it.
  Answered<std::string> open(EventSubscribe asked);
  Answered<std::string> ack(const ClientFrame& frame);
  Answered<std::string> unsubscribe(const ClientFrame& frame);
  // The outbox has room, perhaps.
  void on_written();
  // The server ends all of them: each is told why, and from where to go on.
  void end(const Problem& why);
  void close();

 private:
  using Open = std::map<std::uint64_t, std::shared_ptr<EventSubscription>>;
  // Takes the consumer's place: `asked` gets its filter and cursor.
  Answered<std::unique_ptr<ConsumerSeat>> take_seat(EventSubscribe& asked, std::uint64_t number);
  Answered<Open::iterator> named(Fields& fields);

  Context& context_;
  TaskGroup& tasks_;
  std::shared_ptr<Outbox> outbox_;
  Open open_;
  std::uint64_t last_ = 0;
};

}  // namespace hansard::api

#include "api/consumer_seat.h"

#include <utility>

namespace hansard::api {

Answered<std::unique_ptr<ConsumerSeat>> ConsumerSeat::take(Context& context, const std::string& name,
                                                           std::function<void()> fenced) {
  if (context.consumers == nullptr) return not_found();
  auto bell = std::make_shared<Bell>(context.io, std::move(fenced));
  auto place = context.consumers->take(name, [bell] { bell->ring(); });
  if (!place) return not_found();
  return std::unique_ptr<ConsumerSeat>(new ConsumerSeat(*context.consumers, name, std::move(*place), std::move(bell)));
}

ConsumerSeat::ConsumerSeat(process::Consumers& consumers, std::string name, process::Consumers::Place place,
                           std::shared_ptr<Bell> bell)
    : consumers_(consumers), name_(std::move(name)), place_(std::move(place)), bell_(std::move(bell)) {}

ConsumerSeat::~ConsumerSeat() {
  bell_->silence();
  consumers_.leave(name_, place_.lease);
}

Problem consumer_taken() {
  return {409, "consumer_taken", "Another reader took over, or the consumer was changed or removed.", 0, {}, {}};
}

}  // namespace hansard::api

#include "engine/event_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/codec/codec.h"

namespace hansard::engine {

Result<std::vector<EventPtr>> EventReader::read(Position after, std::size_t events_max, Position durable) const {
  if (after >= durable || events_max == 0) return std::vector<EventPtr>{};
  const std::size_t wanted = std::min<std::size_t>(events_max, durable.value - after.value);
  if (auto events = tail_.read(after.next(), wanted)) return std::move(*events);
  return read_log(after.next(), wanted);
}

Result<std::vector<EventPtr>> EventReader::read_log(Position from, std::size_t events_max) const {
  std::vector<EventPtr> events;
  log::ReadLimits limits;
  limits.events_max = events_max;
  base::Result<void> decoded = base::success();
  auto sink = [&](Position, std::string_view record) {
    auto event = codec::decode(record);
    if (!event) {
      decoded = std::move(event).error();
      return false;
    }
    events.push_back(std::make_shared<const domain::RecordedEvent>(std::move(event).value()));
    return true;
  };
  TRY(log_.read(base::kPartition, from, limits, sink));
  TRY(std::move(decoded));
  return events;
}

Result<EventPtr> EventReader::get(Position at) const {
  if (auto event = tail_.get(at)) return event;
  TRY(auto record, log_.get(base::kPartition, at));
  TRY(auto event, codec::decode(record));
  return EventPtr(std::make_shared<const domain::RecordedEvent>(std::move(event)));
}

}  // namespace hansard::engine

// An event as the request a subscriber gets: the envelope, its id and its signature. What the event looks like as JSON
// is the edge's to say (RenderEvent).
//
// Thread: any; pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/domain/events.h"
#include "projections/process/http_post.h"
#include "projections/process/subscriber.h"
#include "projections/queries.h"

namespace hansard::process {

// Appends members of a JSON object, `"event":{...}` first. The snapshot has applied the event.
using RenderEvent =
    std::function<void(std::string& out, const domain::RecordedEvent& event, const projections::Snapshot& now)>;

// What distinguishes one delivery. The same for every attempt and every repeat of it.
struct DeliveryId {
  std::uint64_t series = 0;
  std::uint64_t number = 0;  // dense from 1 within a series; the one before is number - 1, also where that is a dead
                             // letter, so a receiver that sees a gap has missed something
};

// {"subscriber","series","number","prev", and what RenderEvent appends}.
std::string webhook_body(const Subscriber& subscriber, DeliveryId id, const domain::RecordedEvent& event,
                         const RenderEvent& render, const projections::Snapshot& now);
// "name-series-number".
std::string webhook_id(const Subscriber& subscriber, DeliveryId id);
// "v1=" and the hex of HMAC-SHA-256(secret, id.timestamp.body), the timestamp in seconds since 1970.
std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t timestamp_s,
                              std::string_view body);
HttpRequest webhook_request(const Subscriber& subscriber, DeliveryId id, std::string body, base::Timestamp now);

}  // namespace hansard::process

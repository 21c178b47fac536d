#include "projections/process/webhook_request.h"

#include <cstdio>

#include "engine/base/hash.h"
#include "engine/base/hex.h"
#include "engine/base/json.h"

namespace hansard::process {

namespace {
std::string series_text(std::uint64_t series) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(series >> shift));
  return base::hex(bytes);
}
}  // namespace

std::string webhook_body(const Subscriber& subscriber, DeliveryId id, const domain::RecordedEvent& event,
                         const RenderEvent& render, const projections::Snapshot& now) {
  std::string body = "{\"subscriber\":";
  base::append_json_string(body, subscriber.name);
  body.append(",\"series\":\"").append(series_text(id.series)).append("\",\"number\":");
  base::append_json_number(body, id.number);
  body += ",\"prev\":";
  base::append_json_number(body, id.number - 1);
  body += ',';
  render(body, event, now);
  body += '}';
  return body;
}

std::string webhook_id(const Subscriber& subscriber, DeliveryId id) {
  return subscriber.name + "-" + series_text(id.series) + "-" + std::to_string(id.number);
}

std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t timestamp_s,
                              std::string_view body) {
  std::string text(id);
  text.append(".").append(std::to_string(timestamp_s)).append(".").append(body);
  return "v1=" + base::hex(base::view_of(base::hmac_sha256(secret, text)));
}

HttpRequest webhook_request(const Subscriber& subscriber, DeliveryId id, std::string body, base::Timestamp now) {
  const std::string text = webhook_id(subscriber, id);
  const std::int64_t seconds = now.ms / 1'000;
  HttpRequest request;
  request.url = subscriber.url;
  request.headers = {"Content-Type: application/json",
                     "User-Agent: Hansard-Webhook/1",
                     "Expect:",  // one round trip, not two
                     "Hansard-Webhook-Id: " + text,
                     "Hansard-Webhook-Timestamp: " + std::to_string(seconds),
                     "Hansard-Webhook-Signature: " + webhook_signature(subscriber.secret, text, seconds, body)};
  request.body = std::move(body);
  request.timeout_ms = subscriber.timeout_ms;
  request.is_loopback = subscriber.is_loopback;
  request.ca_file = subscriber.ca_file;
  return request;
}

}  // namespace hansard::process

#include "projections/process/webhooks.h"

#include <algorithm>

#include "engine/base/this_thread.h"

namespace hansard::process {

Webhooks::Lane::Lane(Subscriber subscriber, const CourierParts& parts, std::unique_ptr<HttpPost> post)
    : courier(std::move(subscriber), parts, std::move(post)),
      loop(parts.clock, parts.views.applied_gate(), base::in_thread("webhook", [this] { return courier.step(); })) {}

Webhooks::Webhooks(std::vector<Subscriber> subscribers, const CourierParts& parts, const MakePost& make_post) {
  for (auto& subscriber : subscribers) {
    lanes_.push_back(std::make_unique<Lane>(std::move(subscriber), parts, make_post()));
  }
}

Webhooks::~Webhooks() { stop(); }

void Webhooks::start() {
  for (auto& lane : lanes_) lane->loop.start();
}

void Webhooks::stop() {
  if (std::exchange(stopped_, true)) return;
  for (auto& lane : lanes_) lane->courier.cancel();
  for (auto& lane : lanes_) {
    lane->loop.stop();
    lane->courier.close();
  }
}

Webhooks::Lane* Webhooks::find(std::string_view name) const {
  const auto found =
      std::find_if(lanes_.begin(), lanes_.end(), [&](const auto& l) { return l->courier.name() == name; });
  return found == lanes_.end() ? nullptr : found->get();
}

bool Webhooks::is_wanted(domain::EventType type) const {
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& lane) { return lane->courier.wants(type); });
}

std::vector<WebhookStatus> Webhooks::status() const {
  std::vector<WebhookStatus> all;
  for (const auto& lane : lanes_) all.push_back(lane->courier.status());
  return all;
}

std::optional<WebhookStatus> Webhooks::status(std::string_view name) const {
  const Lane* lane = find(name);
  return lane == nullptr ? std::nullopt : std::optional(lane->courier.status());
}

std::optional<std::vector<DeadLetter>> Webhooks::dead_letters(std::string_view name, std::uint64_t after,
                                                              std::size_t limit) const {
  const Lane* lane = find(name);
  return lane == nullptr ? std::nullopt : std::optional(lane->courier.dead_letters(after, limit));
}

bool Webhooks::retry(std::string_view name, std::uint64_t number) {
  Lane* lane = find(name);
  if (lane == nullptr || !lane->courier.retry(number)) return false;
  lane->loop.ring();
  return true;
}

bool Webhooks::pause(std::string_view name, bool on) {
  Lane* lane = find(name);
  if (lane == nullptr) return false;
  lane->courier.pause(on);
  lane->loop.ring();
  return true;
}

}  // namespace hansard::process

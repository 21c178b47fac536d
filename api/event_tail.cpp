#include "api/event_tail.h"

#include <utility>

#include "engine/event_json.h"

namespace hansard::api {

EventTail::Follower::Follower(EventTail& tail) : wake(tail.io_), tail_(tail) {
  tail_.followers_.insert(this);
  tail_.arm();
}

EventTail::Follower::~Follower() { tail_.followers_.erase(this); }

EventTail::EventTail(asio::io_context& io, engine::Engine& engine)
    : io_(io), engine_(engine), bell_(std::make_shared<Bell>(io, [this] { on_durable(); })) {}

EventTail::~EventTail() { stop(); }

void EventTail::stop() {
  is_stopped_ = true;
  bell_->silence();
  engine_.durable_gate().cancel(ticket_);
}

void EventTail::arm() {
  if (is_armed_ || is_stopped_) return;
  is_armed_ = true;
  const auto next = engine_.durable().next();
  ticket_ = engine_.durable_gate().notify_at(next, [bell = bell_] { bell->ring(); });
}

// Armed before anybody looks: what becomes durable in between rings again.
void EventTail::on_durable() {
  is_armed_ = false;
  if (!followers_.empty()) arm();
  for (auto* follower : followers_) follower->wake.notify();
}

void EventTail::tick(base::MonotonicTime now) {
  for (auto* follower : followers_) {
    if (follower->due <= now) follower->wake.notify();
  }
}

FramePtr EventTail::text_of(const engine::EventPtr& event) {
  Text& kept = texts_[event->position.value % kTexts];
  if (kept.event == event) return kept.text;
  std::string json;
  engine::append_event_json(json, *event, engine_.epoch());
  auto text = make_frame(std::move(json));
  if (text->size() <= kTextBytesMax) kept = {event, text};
  return text;
}

}  // namespace hansard::api

// What the followers of the log on one io thread share: one bell at the durable gate instead of one each, a waking
// hand for their deadlines, and the newest events as JSON, rendered once for all of them.
//
// Thread: the io thread it belongs to. The gate's callback only rings a Bell.
// Limits: kTexts texts of at most kTextBytesMax each are kept.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_set>

#include "api/outbox.h"
#include "api/signal.h"
#include "engine/base/clock.h"
#include "engine/engine.h"

namespace hansard::api {

class EventTail {
 public:
  // A place at the tail: woken by whatever becomes durable, and when `due` has passed. Woken too often never hurts.
  class Follower {
   public:
    explicit Follower(EventTail& tail);
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    Signal wake;
    base::MonotonicTime due = base::MonotonicTime::max();

   private:
    EventTail& tail_;
  };

  EventTail(asio::io_context& io, engine::Engine& engine);
  ~EventTail();
  // Nobody is woken by the log any more.
  void stop();
  // Every so often: wakes who is due.
  void tick(base::MonotonicTime now);

  // The event as JSON (engine/event_json.h). A text belongs to the event object it was made of: one that was erased
  // since is another object.
  FramePtr text_of(const engine::EventPtr& event);

 private:
  static constexpr std::size_t kTexts = 1'024;
  static constexpr std::size_t kTextBytesMax = 4u << 10;
  struct Text {
    engine::EventPtr event;
    FramePtr text;
  };

  void arm();
  void on_durable();

  asio::io_context& io_;
  engine::Engine& engine_;
  std::unordered_set<Follower*> followers_;
  std::shared_ptr<Bell> bell_;
  base::PositionGate::Ticket ticket_ = 0;
  bool is_armed_ = false, is_stopped_ = false;
  std::array<Text, kTexts> texts_;
};

}  // namespace hansard::api

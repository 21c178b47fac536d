// One subscriber's deliveries: a cursor in the log, the event under way, its attempts, the dead letters. A courier is
// stepped by a loop of its own (webhooks.h), so a slow receiver holds up nobody else.
//
// The order of one delivery: the event gets its number (a synced write), is sent until it is taken or given up, and
// the cursor moves on (with the write of the next claim, or when there is nothing more). Killed in between, the same
// event is sent again with the same number: at least once, in order, nothing left out. Attempts begin again with a
// start.
//
// Invariants: an event is sent only when it is durable and the view has applied it, so its content is what it is now.
// Thread: step and close from the loop's thread; the rest from any. What an administrator asks for waits for a sync.
// Limits: dead letters per subscriber; kAheadMax events in memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/loop.h"
#include "engine/engine.h"
#include "projections/process/delivery_rows.h"
#include "projections/process/http_post.h"
#include "projections/process/progress_store.h"
#include "projections/process/subscriber.h"
#include "projections/process/webhook_request.h"
#include "projections/views.h"

namespace hansard::process {

// Something an operator wants to know: a first failed attempt, a dead letter, a log that was cut.
struct Trouble {
  std::string webhook;
  std::uint64_t number = 0;
  std::uint32_t attempts = 0;
  std::string what;
};

// What every courier works with; all of it outlives them.
struct CourierParts {
  engine::Engine& engine;
  projections::Views& views;
  ProgressStore& store;
  base::Clock& clock;
  RenderEvent render;
  std::function<void(const Trouble&)> trouble;  // on a courier's thread
  std::size_t dead_letters_max = 10'000;        // per subscriber; beyond it the oldest goes
};

struct WebhookStatus {
  std::string name;
  std::vector<domain::EventType> types;
  bool paused = false;
  base::Position cursor;         // what concerns it up to here is delivered or a dead letter
  std::uint64_t lag_events = 0;  // durable events above the cursor, whether they concern it or not
  std::uint64_t number = 0;      // the last one given away
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;  // attempts, since the start
  std::uint64_t dead_letters = 0;
  std::uint64_t dead_letters_dropped = 0;
  std::uint32_t attempts = 0;  // of the event under way
  std::string last_trouble;    // of the last failed attempt since the start; "" for none
};

class Courier {
 public:
  static constexpr std::size_t kAheadMax = 512;

  // Reads its rows, or writes the first one.
  Courier(Subscriber subscriber, CourierParts parts, std::unique_ptr<HttpPost> post);

  // One attempt, or one piece of the log.
  base::Wake step();
  // Ends the request under way; `step` then does nothing more.
  void cancel();
  // Writes what it knows. After the last step.
  void close();

  const std::string& name() const { return subscriber_.name; }
  bool wants(domain::EventType type) const { return subscriber_.wants(type); }
  WebhookStatus status() const;
  std::vector<DeadLetter> dead_letters(std::uint64_t after, std::size_t limit) const;
  // One more attempt, before the next event and out of order. False: there is no such dead letter.
  bool retry(std::uint64_t number);
  void pause(bool on);

 private:
  enum class Found { event, nothing, more };

  void read_rows();
  void begin_anew();
  void meet_log();
  void save(const DeliveryState& next, std::vector<ProgressStore::Change> more = {});
  void set(const DeliveryState& next);

  Found find_next();
  bool read_ahead();
  void claim(base::Position at);
  base::Wake rest();
  base::Wake attempt();
  void finish();
  void bury(const HttpReply& reply);
  base::Wake attempt_again(std::uint64_t number);
  base::Wake end_retry(std::uint64_t number, const DeliveryState& next, std::optional<ProgressStore::Change> change);
  bool is_paused() const;
  std::optional<std::uint64_t> wanted_retry() const;
  std::optional<std::string> body_of(base::Position at, std::uint64_t number) const;
  std::optional<HttpReply> send(base::Position at, std::uint64_t number);
  void note_failure(const HttpReply& reply, std::uint64_t number, std::uint32_t attempts);
  double jitter() const;

  const Subscriber subscriber_;
  const CourierParts parts_;
  const std::unique_ptr<HttpPost> post_;
  std::atomic<bool> cancelled_ = false;

  mutable std::mutex mutex_;  // of what follows; what only the loop's thread writes it reads without
  DeliveryState state_;       // what is only in memory of it: the last delivery, and events that concern nobody
  std::set<std::uint64_t> retries_;
  std::uint64_t dead_letters_ = 0;
  std::uint64_t failed_ = 0;
  std::uint32_t attempts_ = 0;
  std::string last_trouble_;
  bool paused_ = false;

  // The loop's thread alone.
  DeliveryState saved_;
  std::vector<engine::EventPtr> ahead_;  // read and not yet looked at, from next_ on
  std::size_t next_ = 0;
  base::MonotonicTime attempt_at_{};
};

}  // namespace hansard::process

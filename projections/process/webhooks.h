// Webhooks: every subscriber of the configuration with a courier and a thread of its own. The log is the queue; what
// is kept beside it is how far each has come (progress_store.h).
//
// Thread: open, start and stop from the owner; the rest from any.
// Owns: the couriers and their threads. Outlived by the engine, the views and the store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/loop.h"
#include "projections/process/courier.h"

namespace hansard::process {

class Webhooks {
 public:
  using MakePost = std::function<std::unique_ptr<HttpPost>()>;

  // New subscribers get their place in the log now; nothing is sent before start.
  Webhooks(std::vector<Subscriber> subscribers, const CourierParts& parts, const MakePost& make_post);
  ~Webhooks();
  void start();
  // Ends the requests under way; the next start repeats them. Idempotent.
  void stop();

  // Whether anybody wants events of this type.
  bool is_wanted(domain::EventType type) const;

  std::vector<WebhookStatus> status() const;
  // Nothing: no such webhook.
  std::optional<WebhookStatus> status(std::string_view name) const;
  // Ascending by number, those above `after`. Nothing: no such webhook.
  std::optional<std::vector<DeadLetter>> dead_letters(std::string_view name, std::uint64_t after,
                                                      std::size_t limit) const;
  // One more attempt, soon. False: no such webhook or dead letter. Waits for a sync.
  bool retry(std::string_view name, std::uint64_t number);
  // A paused webhook sends nothing and loses nothing; it stays paused over a restart. False: no such webhook. Waits
  // for a sync.
  bool pause(std::string_view name, bool on);

 private:
  struct Lane {
    Lane(Subscriber subscriber, const CourierParts& parts, std::unique_ptr<HttpPost> post);
    Courier courier;
    base::Loop loop;
  };
  Lane* find(std::string_view name) const;

  std::vector<std::unique_ptr<Lane>> lanes_;
  bool stopped_ = false;
};

}  // namespace hansard::process

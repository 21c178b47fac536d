// Named consumers of the log: who reads it from outside and lets the server remember how far he came. A name, what he
// wants, and a cursor: everything at or below it he has dealt with.
//
// Invariants: a cursor only rises, and what is stored never is above what was acknowledged: after a crash events come
// again, none is left out. A consumer has one reader at a time; a newer one takes the older's place (his lease).
// Thread: start and stop from the owner; the rest from any. `fenced` is called on the thread of whoever takes over and
// must only post.
// Owns: the thread that stores moved cursors. Outlived by the engine and the store.
// Limits: options.most consumers; cursors are synced at most once per options.flush_interval_ms, all in one write.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/loop.h"
#include "engine/engine.h"
#include "engine/event_filter.h"
#include "projections/process/progress_store.h"

namespace hansard::process {

struct ConsumerOptions {
  std::uint32_t most = 100;
  std::uint32_t flush_interval_ms = 1'000;
};

struct ConsumerStatus {
  std::string name;
  engine::EventFilter filter;
  base::Position cursor;
  base::Timestamp created_at;
  bool is_read = false;  // somebody follows the log for it now
};

class Consumers {
 public:
  enum class Put { created, changed, unchanged, too_many };
  enum class Ack { taken, unknown, fenced };
  // Of a reader. The lease names him; no other has it, also over a restart.
  struct Place {
    std::uint64_t lease = 0;
    base::Position cursor;
    engine::EventFilter filter;
  };

  // Reads the store. Cursors of an older epoch are brought down to what is left of it.
  Consumers(engine::Engine& engine, ProgressStore& store, base::Clock& clock, ConsumerOptions options);
  ~Consumers();
  void start();
  // Stores every cursor. Idempotent.
  void stop();

  // `from` counts for a new one only. A changed filter ends the reader; the cursor stays. Waits for a sync.
  Put put(const std::string& name, engine::EventFilter filter, base::Position from);
  // Ends the reader. False: no such consumer. Waits for a sync.
  bool remove(const std::string& name);
  std::optional<ConsumerStatus> status(const std::string& name) const;
  std::vector<ConsumerStatus> status() const;  // by name

  // The caller is the reader from here on. Nothing: no such consumer.
  std::optional<Place> take(const std::string& name, std::function<void()> fenced);
  bool holds(const std::string& name, std::uint64_t lease) const;
  void leave(const std::string& name, std::uint64_t lease);
  // Everything up to `up_to` is dealt with; lower than before changes nothing. Without a lease: whoever reads.
  Ack ack(const std::string& name, std::optional<std::uint64_t> lease, base::Position up_to);

 private:
  struct Consumer {
    ConsumerStatus status;
    std::uint64_t lease = 0;
    std::function<void()> fenced;
    bool is_moved = false;  // the cursor is not stored yet
  };

  void load();
  base::Wake flush();
  void store_moved();
  std::string encode(const Consumer& consumer) const;
  bool decode(std::string_view bytes, Consumer& consumer) const;
  void fence(Consumer& consumer);

  engine::Engine& engine_;
  ProgressStore& store_;
  base::Clock& clock_;
  const ConsumerOptions options_;
  std::mutex writing_;  // one write to the store at a time, taken before mutex_
  mutable std::mutex mutex_;
  std::map<std::string, Consumer> consumers_;
  std::uint64_t last_lease_ = 0;
  base::MonotonicTime next_flush_{};
  base::Loop loop_;
  bool is_stopped_ = false;
};

}  // namespace hansard::process

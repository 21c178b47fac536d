// The open connections of one io thread and their watchdog: instead of a timer per operation each connection keeps a
// deadline of its own, and one coarse tick asks all of them what time it is.
//
// Thread: the io thread it belongs to.
// Limits: limits.connections_max over all io threads, counted by ConnectionSlot; kCutsPerTick.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <unordered_set>
#include <utility>

#include "engine/base/clock.h"

namespace hansard::api {

inline constexpr std::chrono::milliseconds kTick{250};
// Of those whose time is over, so many at once and the others with the next ticks: what ends a session takes time from
// everybody else on the thread.
inline constexpr std::size_t kCutsPerTick = 64;

class Connection;

class Connections {
 public:
  void tick(base::MonotonicTime now, base::Timestamp wall);
  void ask_to_stop();
  void cut();
  std::size_t size() const { return open_.size(); }

 private:
  friend class Connection;
  std::unordered_set<Connection*> open_;
  std::size_t cuts_left_ = 0;
};

// Registered as long as it lives. None of the calls below may destroy a connection: they only start what ends it.
class Connection {
 public:
  explicit Connection(Connections& all) : all_(all) { all_.open_.insert(this); }
  virtual ~Connection() { all_.open_.erase(this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual void on_tick(base::MonotonicTime now, base::Timestamp wall) = 0;
  // Finish what is begun, then close.
  virtual void ask_to_stop() = 0;
  // Close the socket at once; pending operations end with an error.
  virtual void cut() = 0;

 protected:
  // Cuts it now, or is to be called again with the next tick.
  void cut_in_turn();

 private:
  Connections& all_;
};

inline void Connection::cut_in_turn() {
  if (all_.cuts_left_ == 0) return;
  --all_.cuts_left_;
  cut();
}

inline void Connections::tick(base::MonotonicTime now, base::Timestamp wall) {
  cuts_left_ = kCutsPerTick;
  for (auto* connection : open_) connection->on_tick(now, wall);
}
inline void Connections::ask_to_stop() {
  for (auto* connection : open_) connection->ask_to_stop();
}
inline void Connections::cut() {
  for (auto* connection : open_) connection->cut();
}

// One of the process's connections, given back when it goes.
class ConnectionSlot {
 public:
  // Empty when all are taken.
  static ConnectionSlot take(std::atomic<std::size_t>& count, std::size_t max) {
    if (count.fetch_add(1) < max) return ConnectionSlot(&count);
    count.fetch_sub(1);
    return ConnectionSlot(nullptr);
  }
  ConnectionSlot(ConnectionSlot&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  ConnectionSlot& operator=(ConnectionSlot&&) = delete;
  ~ConnectionSlot() {
    if (count_) count_->fetch_sub(1);
  }
  explicit operator bool() const { return count_ != nullptr; }

 private:
  explicit ConnectionSlot(std::atomic<std::size_t>* count) : count_(count) {}
  std::atomic<std::size_t>* count_;
};

}  // namespace hansard::api

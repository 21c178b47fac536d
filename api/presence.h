// Who is online on this node: a lease per device (an open WebSocket), in memory only, so that nobody is online after a
// crash. A device is online while its socket lives, unless it says away or offline ("offline" is to appear offline);
// the best of a user's devices counts.
//
// What is asked (`of`) is the present moment; what is told (`tick`) has held for the debounce time, so that a flapping
// connection tells nobody. If somebody asked and was shown a status that did not last long enough to be told, the
// settled one is told after all, so that a client that asks once and then listens ends up with the truth.
//
// `last_seen` is the last sign of life (a frame, a pong, a clean end) of a device that did not appear offline. It
// outlives the process through notes (`take_notes`), which somebody has to make durable: when a user comes, hourly
// while he stays, when he has gone, and for everybody at `stop`.
//
// Invariants: a lease that has ended counts nowhere; the times of one user's notes rise.
// Thread: any (one mutex; a lease is touched without it). The board outlives its leases.
// Limits: told_max changes and kReviewsATick users a tick, kNotesMax notes waiting (the oldest go); a user is
// forgotten kRemembered after he has gone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

namespace hansard::api {

// The later, the better.
enum class PresenceStatus : std::uint8_t { offline, away, online };

std::string_view word_of(PresenceStatus status);
std::optional<PresenceStatus> presence_status_of(std::string_view word);

struct Presence {
  PresenceStatus status = PresenceStatus::offline;
  std::optional<base::Timestamp> last_seen;  // as far as this process knows
};
struct PresenceChange {
  base::UserId user;
  PresenceStatus status = PresenceStatus::offline;
  std::optional<base::Timestamp> last_seen;
};
struct SeenNote {
  base::UserId user;
  base::Timestamp at;
};

class PresenceBoard {
  struct Device;
  struct Person;

 public:
  static constexpr std::size_t kReviewsATick = 4'096;
  static constexpr std::size_t kNotesMax = 65'536;
  static constexpr std::chrono::seconds kRemembered{30};       // a note needs a moment to reach the views
  static constexpr std::chrono::minutes kComingNotedEvery{1};  // at most, for who comes and goes
  static constexpr std::chrono::minutes kStayingNotedEvery{60};

  // One device's, ends with it.
  class Lease {
   public:
    Lease();
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();
    void set(PresenceStatus status);
    // A sign of life. Without a lock.
    void touch(base::Timestamp at);

   private:
    friend class PresenceBoard;
    Lease(PresenceBoard& board, std::unique_ptr<Device> device);
    PresenceBoard* board_ = nullptr;
    std::unique_ptr<Device> device_;
  };

  PresenceBoard(base::Clock& clock, std::chrono::milliseconds debounce);
  ~PresenceBoard();
  PresenceBoard(const PresenceBoard&) = delete;
  PresenceBoard& operator=(const PresenceBoard&) = delete;

  [[nodiscard]] Lease open(const base::UserId& user, PresenceStatus status);
  // Now, for somebody to see.
  Presence of(const base::UserId& user);

  // A few times a second: what has become news.
  std::vector<PresenceChange> tick(std::size_t told_max);
  std::vector<SeenNote> take_notes(std::size_t notes_max);
  bool has_notes() const;
  // Notes everybody who was seen since his last note. Nothing is told any more.
  void stop();

 private:
  Person& person_of(const base::UserId& user);
  void change(Device& device, PresenceStatus status);
  void end(Device& device);
  void after_change(Person& person, PresenceStatus before);
  void review(Person& person, base::MonotonicTime now, std::vector<PresenceChange>& told);
  void note(Person& person, base::MonotonicTime now);
  std::optional<base::MonotonicTime> next_review(const Person& person) const;
  base::MonotonicTime forget_at(const Person& person) const;
  void schedule(Person& person);

  base::Clock& clock_;
  const std::chrono::milliseconds debounce_;
  mutable std::mutex mutex_;
  std::unordered_map<base::UserId, std::unique_ptr<Person>> people_;
  std::set<std::pair<base::MonotonicTime, Person*>> agenda_;  // each person at most once
  std::deque<SeenNote> notes_;
  bool is_stopped_ = false;
};

}  // namespace hansard::api

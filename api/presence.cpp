#include "api/presence.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>

#include "engine/base/check.h"

namespace hansard::api {

using base::MonotonicTime;
using base::Timestamp;
using base::UserId;

namespace {

constexpr std::array<std::pair<PresenceStatus, std::string_view>, 3> kWords{{
    {PresenceStatus::online, "online"},
    {PresenceStatus::away, "away"},
    {PresenceStatus::offline, "offline"},
}};

}  // namespace

std::string_view word_of(PresenceStatus status) {
  for (const auto& [known, word] : kWords) {
    if (known == status) return word;
  }
  CHECK(false, static_cast<int>(status));
  return {};
}

std::optional<PresenceStatus> presence_status_of(std::string_view word) {
  for (const auto& [status, known] : kWords) {
    if (known == word) return status;
  }
  return std::nullopt;
}

struct PresenceBoard::Device {
  Device(Person& p, PresenceStatus s, Timestamp now) : person(p), status(s), alive_ms(now.ms) {}
  Person& person;
  PresenceStatus status;
  std::atomic<std::int64_t> alive_ms;  // last sign of life
};

struct PresenceBoard::Person {
  explicit Person(UserId u) : user(std::move(u)) {}

  PresenceStatus status() const {
    auto best = PresenceStatus::offline;
    for (const auto* device : devices) best = std::max(best, device->status);
    return best;
  }
  std::optional<Timestamp> last_seen() const {
    auto latest = seen;
    for (const auto* device : devices) latest = std::max(latest, sign_of(*device));
    return latest;
  }
  static std::optional<Timestamp> sign_of(const Device& device) {
    if (device.status == PresenceStatus::offline) return std::nullopt;
    return Timestamp{device.alive_ms.load(std::memory_order_relaxed)};
  }
  bool is_visible() const { return status() != PresenceStatus::offline; }
  bool has_news() const { return status() != told || was_shown; }
  bool is_note_due(MonotonicTime now, MonotonicTime::duration debounce) const {
    auto due = note_due(debounce);
    return due && now >= *due;
  }
  // Nothing: there is nothing to note. Who has gone is noted when it is sure.
  std::optional<MonotonicTime> note_due(MonotonicTime::duration debounce) const {
    if (!is_visible()) return last_seen() > noted ? std::optional(changed_at + debounce) : std::nullopt;
    if (!noted_at) return came_at;
    if (*noted_at < came_at) return std::max<MonotonicTime>(came_at, *noted_at + kComingNotedEvery);
    return *noted_at + kStayingNotedEvery;
  }

  const UserId user;
  std::vector<Device*> devices;
  PresenceStatus told = PresenceStatus::offline;
  bool was_shown = false;         // somebody saw a status that had not been told
  MonotonicTime changed_at{};     // of the present status
  MonotonicTime came_at{};        // last from offline to online or away
  std::optional<Timestamp> seen;  // of devices that have gone or hidden
  std::optional<Timestamp> noted;
  std::optional<MonotonicTime> noted_at;
  std::optional<MonotonicTime> review_at;  // its place in the agenda
};

PresenceBoard::Lease::Lease() = default;
PresenceBoard::Lease::Lease(PresenceBoard& board, std::unique_ptr<Device> device)
    : board_(&board), device_(std::move(device)) {}
PresenceBoard::Lease::Lease(Lease&& other) noexcept = default;

PresenceBoard::Lease& PresenceBoard::Lease::operator=(Lease&& other) noexcept {
  std::swap(board_, other.board_);
  std::swap(device_, other.device_);
  return *this;
}

PresenceBoard::Lease::~Lease() {
  if (device_) board_->end(*device_);
}

void PresenceBoard::Lease::set(PresenceStatus status) {
  if (device_) board_->change(*device_, status);
}

void PresenceBoard::Lease::touch(Timestamp at) {
  if (device_) device_->alive_ms.store(at.ms, std::memory_order_relaxed);
}

PresenceBoard::PresenceBoard(base::Clock& clock, std::chrono::milliseconds debounce)
    : clock_(clock), debounce_(debounce) {}
PresenceBoard::~PresenceBoard() = default;

PresenceBoard::Lease PresenceBoard::open(const UserId& user, PresenceStatus status) {
  std::lock_guard lock(mutex_);
  auto& person = person_of(user);
  auto before = person.status();
  auto device = std::make_unique<Device>(person, status, clock_.now());
  person.devices.push_back(device.get());
  after_change(person, before);
  return {*this, std::move(device)};
}

PresenceBoard::Person& PresenceBoard::person_of(const UserId& user) {
  auto& person = people_[user];
  if (!person) person = std::make_unique<Person>(user);
  return *person;
}

void PresenceBoard::change(Device& device, PresenceStatus status) {
  std::lock_guard lock(mutex_);
  auto& person = device.person;
  auto before = person.status();
  device.alive_ms = clock_.now().ms;
  // Kept, as a device that hides shows no signs of life any more.
  person.seen = std::max(person.seen, Person::sign_of(device));
  device.status = status;
  after_change(person, before);
}

void PresenceBoard::end(Device& device) {
  std::lock_guard lock(mutex_);
  auto& person = device.person;
  auto before = person.status();
  person.seen = std::max(person.seen, Person::sign_of(device));
  std::erase(person.devices, &device);
  after_change(person, before);
}

void PresenceBoard::after_change(Person& person, PresenceStatus before) {
  auto after = person.status();
  if (before != after) person.changed_at = clock_.monotonic();
  if (before == PresenceStatus::offline && before != after) person.came_at = person.changed_at;
  schedule(person);
}

Presence PresenceBoard::of(const UserId& user) {
  std::lock_guard lock(mutex_);
  auto found = people_.find(user);
  if (found == people_.end()) return {};
  auto& person = *found->second;
  if (person.status() != person.told) person.was_shown = true;
  return {person.status(), person.last_seen()};
}

std::vector<PresenceChange> PresenceBoard::tick(std::size_t told_max) {
  std::vector<PresenceChange> told;
  std::lock_guard lock(mutex_);
  auto now = clock_.monotonic();
  for (std::size_t i = 0; i < kReviewsATick && told.size() < told_max && !is_stopped_; ++i) {
    if (agenda_.empty() || agenda_.begin()->first > now) break;
    review(*agenda_.begin()->second, now, told);
  }
  return told;
}

void PresenceBoard::review(Person& person, MonotonicTime now, std::vector<PresenceChange>& told) {
  if (person.has_news() && now - person.changed_at >= debounce_) {
    person.told = person.status();
    person.was_shown = false;
    told.push_back({person.user, person.told, person.last_seen()});
  }
  if (person.is_note_due(now, debounce_)) note(person, now);
  bool is_over = person.devices.empty() && !person.has_news() && now >= forget_at(person);
  if (!is_over) return schedule(person);
  agenda_.erase({*person.review_at, &person});
  people_.erase(UserId(person.user));
}

void PresenceBoard::note(Person& person, MonotonicTime now) {
  person.noted_at = now;
  auto seen = person.last_seen();
  if (!seen || seen <= person.noted) return;
  person.noted = seen;
  if (notes_.size() >= kNotesMax) notes_.pop_front();
  notes_.push_back({person.user, *seen});
}

MonotonicTime PresenceBoard::forget_at(const Person& person) const {
  return person.changed_at + std::max<MonotonicTime::duration>(kRemembered, debounce_);
}

std::optional<MonotonicTime> PresenceBoard::next_review(const Person& person) const {
  auto next = person.note_due(debounce_);
  auto sooner = [&next](MonotonicTime at) { next = next ? std::min(*next, at) : at; };
  if (person.has_news()) sooner(person.changed_at + debounce_);
  if (person.devices.empty()) sooner(forget_at(person));
  return next;
}

void PresenceBoard::schedule(Person& person) {
  if (person.review_at) agenda_.erase({*person.review_at, &person});
  person.review_at = next_review(person);
  if (person.review_at) agenda_.emplace(*person.review_at, &person);
}

std::vector<SeenNote> PresenceBoard::take_notes(std::size_t notes_max) {
  std::lock_guard lock(mutex_);
  auto taken = std::min(notes_max, notes_.size());
  auto end = notes_.begin() + static_cast<std::ptrdiff_t>(taken);
  std::vector<SeenNote> notes(std::make_move_iterator(notes_.begin()), std::make_move_iterator(end));
  notes_.erase(notes_.begin(), end);
  return notes;
}

bool PresenceBoard::has_notes() const {
  std::lock_guard lock(mutex_);
  return !notes_.empty();
}

void PresenceBoard::stop() {
  std::lock_guard lock(mutex_);
  is_stopped_ = true;
  auto now = clock_.monotonic();
  for (auto& [user, person] : people_) note(*person, now);
}

}  // namespace hansard::api

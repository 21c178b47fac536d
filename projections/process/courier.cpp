#include "projections/process/courier.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"
#include "projections/process/delivery_rules.h"

namespace hansard::process {

namespace {
// Events that concern nobody are read again after a crash, at most about so many.
constexpr std::uint64_t kUnsavedEventsMax = 50'000;
// A log that cannot be read is tried again; the view that has the same trouble turns /ready red.
constexpr std::chrono::minutes kReadAgainAfter{1};
// The gate wakes it earlier.
constexpr std::chrono::minutes kIdleWait{1};

std::uint64_t random_number() {
  std::uint8_t bytes[8];
  base::random_bytes(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}
}  // namespace

Courier::Courier(Subscriber subscriber, CourierParts parts, std::unique_ptr<HttpPost> post)
    : subscriber_(std::move(subscriber)), parts_(std::move(parts)), post_(std::move(post)) {
  read_rows();
  meet_log();
}

void Courier::read_rows() {
  const auto row = parts_.store.get(state_key(name()));
  if (!row) return begin_anew();
  CHECK(state_.decode(*row), "a webhook's row is damaged:", name());
  saved_ = state_;
  paused_ = parts_.store.get(paused_key(name())).has_value();
  dead_letters_ = parts_.store.list(dead_prefix(name()), "", parts_.dead_letters_max + 1).size();
  for (const auto& retry : parts_.store.list(retry_prefix(name()), "", parts_.dead_letters_max)) {
    retries_.insert(number_of_key(retry.key));
  }
}

void Courier::begin_anew() {
  DeliveryState fresh;
  fresh.series = random_number();
  fresh.epoch = parts_.engine.epoch();
  fresh.cursor = subscriber_.from_beginning ? base::Position{} : parts_.engine.durable();
  save(fresh);
}

// The log may be another one than it was: cut by an operator, or put back from a backup. What was beyond its end is
// gone, the number of the event under way with it: a receiver sees the gap.
void Courier::meet_log() {
  const base::Position durable = parts_.engine.durable();
  DeliveryState next = state_;
  next.epoch = parts_.engine.epoch();
  next.cursor = std::min(state_.cursor, durable);
  const bool was_cut = next.epoch != state_.epoch;
  if (state_.claimed > durable || (was_cut && state_.claimed == durable)) next.claimed = {};
  const bool lost = next.cursor != state_.cursor || next.claimed != state_.claimed;
  if (next != state_) save(next);
  if (lost)
    parts_.trouble({name(), state_.number, 0, "the log ends before what this webhook has seen: it goes on there"});
}

void Courier::save(const DeliveryState& next, std::vector<ProgressStore::Change> more) {
  more.push_back({state_key(name()), next.encode()});
  parts_.store.write(more);
  saved_ = next;
  set(next);
}

void Courier::set(const DeliveryState& next) {
  std::lock_guard lock(mutex_);
  state_ = next;
}

void Courier::cancel() {
  cancelled_ = true;
  post_->cancel();
}

void Courier::close() { rest(); }

// Nothing to do: what is only in memory is written.
base::Wake Courier::rest() {
  if (state_ != saved_) save(state_);
  return {};
}

base::Wake Courier::step() {
  if (cancelled_) return {};
  if (is_paused()) return rest();
  if (const auto number = wanted_retry()) return attempt_again(*number);
  if (parts_.clock.monotonic() < attempt_at_) return {attempt_at_};
  if (state_.claimed) return attempt();
  switch (find_next()) {
    case Found::event:
      return attempt();
    case Found::more:
      return {parts_.clock.monotonic()};
    case Found::nothing:
      break;
  }
  rest();
  return {std::max(attempt_at_, parts_.clock.monotonic() + kIdleWait), state_.cursor.next()};
}

Courier::Found Courier::find_next() {
  if (next_ == ahead_.size() && !read_ahead()) return Found::nothing;
  while (next_ < ahead_.size()) {
    const engine::EventPtr event = ahead_[next_++];
    if (!subscriber_.wants(*event)) continue;
    claim(event->position);
    return Found::event;
  }
  DeliveryState next = state_;
  next.cursor = ahead_.back()->position;
  set(next);
  if (next.cursor.value - saved_.cursor.value > kUnsavedEventsMax) save(next);
  return Found::more;
}

bool Courier::read_ahead() {
  ahead_.clear();
  next_ = 0;
  const base::Position applied = parts_.views.applied();
  if (applied <= state_.cursor) return false;
  auto events = parts_.engine.read(state_.cursor, kAheadMax);
  if (!events) {
    attempt_at_ = parts_.clock.monotonic() + kReadAgainAfter;
    parts_.trouble({name(), state_.number, 0, "the log cannot be read: " + events.error().detail});
    return false;
  }
  for (auto& event : events.value()) {
    if (event->position <= applied) ahead_.push_back(std::move(event));
  }
  return !ahead_.empty();
}

void Courier::claim(base::Position at) {
  DeliveryState next = state_;
  next.cursor = {at.value - 1};
  next.claimed = at;
  ++next.number;
  save(next);
}

// Nothing: the view has not applied the event. It is asked for anew: what was read ahead may be erased by now.
std::optional<std::string> Courier::body_of(base::Position at, std::uint64_t number) const {
  const auto snapshot = parts_.views.snapshot();
  if (snapshot->position() < at) return std::nullopt;
  const auto event = parts_.engine.get(at);
  CHECK(event, "an event that was durable cannot be read", at.value, event.error().detail);
  return webhook_body(subscriber_, {state_.series, number}, *event.value(), parts_.render, *snapshot);
}

// Nothing: cancelled, or the view has not applied the event.
std::optional<HttpReply> Courier::send(base::Position at, std::uint64_t number) {
  auto body = body_of(at, number);
  if (!body) return std::nullopt;
  const auto now = parts_.clock.now();
  HttpReply reply = post_->send(webhook_request(subscriber_, {state_.series, number}, *std::move(body), now));
  if (cancelled_) return std::nullopt;
  return reply;
}

base::Wake Courier::attempt() {
  const auto reply = send(state_.claimed, state_.number);
  if (!reply) return {base::MonotonicTime::max(), state_.claimed};
  const std::uint32_t attempts = attempts_ + 1;
  const Verdict verdict = judge(*reply, attempts, subscriber_);
  if (verdict == Verdict::delivered) {
    finish();
    return {parts_.clock.monotonic()};
  }
  note_failure(*reply, state_.number, attempts);
  if (verdict == Verdict::dead) {
    bury(*reply);
    return {parts_.clock.monotonic()};
  }
  attempt_at_ = parts_.clock.monotonic() + delay_after(attempts, *reply, subscriber_, jitter());
  return {attempt_at_};
}

// The next claim writes it, or rest().
void Courier::finish() {
  std::lock_guard lock(mutex_);
  state_.cursor = state_.claimed;
  state_.claimed = {};
  ++state_.delivered;
  attempts_ = 0;
}

void Courier::bury(const HttpReply& reply) {
  const DeadLetter letter{state_.number, state_.claimed, parts_.clock.now(), static_cast<std::uint32_t>(reply.status),
                          attempts_,     reply.trouble};
  std::vector<ProgressStore::Change> changes = {{dead_key(name(), letter.number), letter.encode()}};
  DeliveryState next = state_;
  next.cursor = state_.claimed;
  next.claimed = {};
  ++next.dead_lettered;
  const bool full = dead_letters_ >= parts_.dead_letters_max;
  if (full) {
    const auto oldest = number_of_key(parts_.store.list(dead_prefix(name()), "", 1).front().key);
    changes.push_back({dead_key(name(), oldest), std::nullopt});
    ++next.dropped;
  }
  save(next, std::move(changes));
  std::lock_guard lock(mutex_);
  if (!full) ++dead_letters_;
  attempts_ = 0;
}

void Courier::note_failure(const HttpReply& reply, std::uint64_t number, std::uint32_t attempts) {
  {
    std::lock_guard lock(mutex_);
    if (number == state_.number && state_.claimed) attempts_ = attempts;
    ++failed_;
    last_trouble_ = reply.trouble;
  }
  const bool is_dead = judge(reply, attempts, subscriber_) == Verdict::dead;
  if (attempts == 1 || is_dead) {
    parts_.trouble({name(), number, attempts, is_dead ? "dead letter: " + reply.trouble : reply.trouble});
  }
}

bool Courier::is_paused() const {
  std::lock_guard lock(mutex_);
  return paused_;
}

std::optional<std::uint64_t> Courier::wanted_retry() const {
  std::lock_guard lock(mutex_);
  if (retries_.empty()) return std::nullopt;
  return *retries_.begin();
}

// One attempt; the dead letter goes, or stays with what happened now.
base::Wake Courier::attempt_again(std::uint64_t number) {
  const auto row = parts_.store.get(dead_key(name(), number));
  DeadLetter letter;
  if (!row) return end_retry(number, state_, std::nullopt);  // it had to make room
  CHECK(letter.decode(*row), "a dead letter is damaged:", name(), number);
  const auto reply = send(letter.position, number);
  if (!reply) return {base::MonotonicTime::max(), letter.position};
  DeliveryState next = state_;
  if (judge(*reply, 1, subscriber_) == Verdict::delivered) {
    ++next.delivered;
    base::Wake wake = end_retry(number, next, ProgressStore::Change{dead_key(name(), number), std::nullopt});
    std::lock_guard lock(mutex_);
    --dead_letters_;
    return wake;
  }
  note_failure(*reply, number, ++letter.attempts);
  letter.at = parts_.clock.now();
  letter.status = static_cast<std::uint32_t>(reply->status);
  letter.reason = reply->trouble;
  return end_retry(number, next, ProgressStore::Change{dead_key(name(), number), letter.encode()});
}

base::Wake Courier::end_retry(std::uint64_t number, const DeliveryState& next,
                              std::optional<ProgressStore::Change> change) {
  std::vector<ProgressStore::Change> changes = {{retry_key(name(), number), std::nullopt}};
  if (change) changes.push_back(*std::move(change));
  save(next, std::move(changes));
  std::lock_guard lock(mutex_);
  retries_.erase(number);
  return {parts_.clock.monotonic()};
}

double Courier::jitter() const { return static_cast<double>(random_number() >> 11) / 9007199254740992.0; }

WebhookStatus Courier::status() const {
  const base::Position durable = parts_.engine.durable();
  std::lock_guard lock(mutex_);
  WebhookStatus status;
  status.name = subscriber_.name;
  status.types = subscriber_.types;
  status.paused = paused_;
  status.cursor = state_.cursor;
  status.lag_events = durable.value - std::min(durable.value, status.cursor.value);
  status.number = state_.number;
  status.delivered = state_.delivered;
  status.failed = failed_;
  status.dead_letters = dead_letters_;
  status.dead_letters_dropped = state_.dropped;
  status.attempts = attempts_;
  status.last_trouble = last_trouble_;
  return status;
}

std::vector<DeadLetter> Courier::dead_letters(std::uint64_t after, std::size_t limit) const {
  std::vector<DeadLetter> letters;
  for (const auto& row : parts_.store.list(dead_prefix(name()), dead_key(name(), after), limit)) {
    DeadLetter letter;
    CHECK(letter.decode(row.value), "a dead letter is damaged:", name());
    letter.number = number_of_key(row.key);
    letters.push_back(std::move(letter));
  }
  return letters;
}

bool Courier::retry(std::uint64_t number) {
  if (!parts_.store.get(dead_key(name(), number))) return false;
  const ProgressStore::Change wanted{retry_key(name(), number), ""};
  parts_.store.write({&wanted, 1});
  std::lock_guard lock(mutex_);
  retries_.insert(number);
  return true;
}

void Courier::pause(bool on) {
  const ProgressStore::Change change{paused_key(name()), on ? std::optional<std::string>("") : std::nullopt};
  parts_.store.write({&change, 1});
  std::lock_guard lock(mutex_);
  paused_ = on;
}

}  // namespace hansard::process

#include "projections/process/consumers.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/this_thread.h"
#include "projections/row_bytes.h"

namespace hansard::process {

using base::Position;
using engine::EventFilter;
using projections::RowReader;
using projections::RowWriter;

namespace {
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kRowsMax = 100'000;
constexpr std::string_view kPrefix = "consumer/";

std::string key_of(std::string_view name) { return std::string(kPrefix) + std::string(name); }

void write_filter(RowWriter& out, const EventFilter& filter) {
  out.varint(filter.types.size());
  for (const auto type : filter.types) out.varint(static_cast<std::uint16_t>(type));
  out.text(filter.conversation ? filter.conversation->view() : std::string_view());
  out.text(filter.actor ? filter.actor->value : std::string_view());
}

void read_filter(RowReader& in, EventFilter& filter) {
  const auto types = in.varint();
  for (std::uint64_t i = 0; i < types && in.ok(); ++i) {
    filter.types.push_back(static_cast<domain::EventType>(in.varint32()));
  }
  if (const auto id = in.text(); id.size() == 16) filter.conversation = base::id_from_bytes<base::ConversationId>(id);
  if (const auto actor = in.text(); !actor.empty()) filter.actor = base::UserId{std::string(actor)};
}
}  // namespace

Consumers::Consumers(engine::Engine& engine, ProgressStore& store, base::Clock& clock, ConsumerOptions options)
    : engine_(engine),
      store_(store),
      clock_(clock),
      options_(options),
      last_lease_(static_cast<std::uint64_t>(std::max<std::int64_t>(clock.now().ms, 0))),
      loop_(clock, engine.durable_gate(), base::in_thread("consumers", [this] { return flush(); })) {
  load();
}

Consumers::~Consumers() { stop(); }

void Consumers::start() { loop_.start(); }

void Consumers::stop() {
  loop_.stop();
  if (!std::exchange(is_stopped_, true)) store_moved();
}

// After a loss that was accepted the first event of the new epoch says so: everything before it is left, nothing else.
// It is stored at once: at the next start the log may be longer than the old cursor.
void Consumers::load() {
  std::vector<ProgressStore::Change> lowered;
  for (const auto& row : store_.list(kPrefix, "", kRowsMax)) {
    Consumer consumer;
    consumer.status.name = row.key.substr(kPrefix.size());
    CHECK(decode(row.value, consumer), "the row of a consumer", consumer.status.name);
    if (auto now = encode(consumer); now != row.value) lowered.push_back({row.key, std::move(now)});
    consumers_.emplace(consumer.status.name, std::move(consumer));
  }
  if (!lowered.empty()) store_.write(lowered);
}

std::string Consumers::encode(const Consumer& consumer) const {
  std::string out;
  {
    RowWriter w(out);
    w.byte(kVersion).fixed(engine_.epoch()).varint(consumer.status.cursor.value).fixed(consumer.status.created_at.ms);
    write_filter(w, consumer.status.filter);
  }
  return out;
}

bool Consumers::decode(std::string_view bytes, Consumer& consumer) const {
  RowReader in(bytes);
  if (in.byte() != kVersion) return false;
  const auto epoch = in.fixed<std::uint32_t>();
  consumer.status.cursor = {in.varint()};
  consumer.status.created_at = {in.fixed<std::int64_t>()};
  read_filter(in, consumer.status.filter);
  const auto durable = engine_.durable().value;
  const Position left{epoch == engine_.epoch() || durable == 0 ? durable : durable - 1};
  consumer.status.cursor = std::min(consumer.status.cursor, left);
  return in.finished();
}

void Consumers::fence(Consumer& consumer) {
  consumer.lease = 0;
  consumer.status.is_read = false;
  if (const auto fenced = std::exchange(consumer.fenced, nullptr)) fenced();
}

Consumers::Put Consumers::put(const std::string& name, EventFilter filter, Position from) {
  std::lock_guard writing(writing_);
  std::string row;
  Put outcome = Put::changed;
  {
    std::lock_guard lock(mutex_);
    auto found = consumers_.find(name);
    if (found != consumers_.end() && found->second.status.filter == filter) return Put::unchanged;
    if (found == consumers_.end()) {
      if (consumers_.size() >= options_.most) return Put::too_many;
      outcome = Put::created;
      found = consumers_.emplace(name, Consumer{{name, {}, from, clock_.now(), false}, 0, nullptr, false}).first;
    }
    found->second.status.filter = std::move(filter);
    fence(found->second);
    row = encode(found->second);
  }
  const ProgressStore::Change change{key_of(name), std::move(row)};
  store_.write({&change, 1});
  return outcome;
}

bool Consumers::remove(const std::string& name) {
  std::lock_guard writing(writing_);
  {
    std::lock_guard lock(mutex_);
    const auto found = consumers_.find(name);
    if (found == consumers_.end()) return false;
    fence(found->second);
    consumers_.erase(found);
  }
  const ProgressStore::Change change{key_of(name), std::nullopt};
  store_.write({&change, 1});
  return true;
}

std::optional<ConsumerStatus> Consumers::status(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto found = consumers_.find(name);
  if (found == consumers_.end()) return std::nullopt;
  return found->second.status;
}

std::vector<ConsumerStatus> Consumers::status() const {
  std::lock_guard lock(mutex_);
  std::vector<ConsumerStatus> all;
  for (const auto& [name, consumer] : consumers_) all.push_back(consumer.status);
  return all;
}

std::optional<Consumers::Place> Consumers::take(const std::string& name, std::function<void()> fenced) {
  std::lock_guard lock(mutex_);
  const auto found = consumers_.find(name);
  if (found == consumers_.end()) return std::nullopt;
  Consumer& consumer = found->second;
  fence(consumer);
  consumer.lease = ++last_lease_;
  consumer.status.is_read = fenced != nullptr;
  consumer.fenced = std::move(fenced);
  return Place{consumer.lease, consumer.status.cursor, consumer.status.filter};
}

bool Consumers::holds(const std::string& name, std::uint64_t lease) const {
  std::lock_guard lock(mutex_);
  const auto found = consumers_.find(name);
  return found != consumers_.end() && found->second.lease == lease;
}

void Consumers::leave(const std::string& name, std::uint64_t lease) {
  std::lock_guard lock(mutex_);
  const auto found = consumers_.find(name);
  if (found == consumers_.end() || found->second.lease != lease) return;
  found->second.fenced = nullptr;
  found->second.status.is_read = false;
}

Consumers::Ack Consumers::ack(const std::string& name, std::optional<std::uint64_t> lease, Position up_to) {
  {
    std::lock_guard lock(mutex_);
    const auto found = consumers_.find(name);
    if (found == consumers_.end()) return Ack::unknown;
    Consumer& consumer = found->second;
    if (lease && *lease != consumer.lease) return Ack::fenced;
    if (up_to <= consumer.status.cursor) return Ack::taken;
    consumer.status.cursor = up_to;
    if (std::exchange(consumer.is_moved, true)) return Ack::taken;
  }
  loop_.ring();
  return Ack::taken;
}

// Rung when a stored cursor becomes old, then at most once an interval.
base::Wake Consumers::flush() {
  const auto now = clock_.monotonic();
  if (now < next_flush_) return {next_flush_, {}};
  store_moved();
  next_flush_ = now + std::chrono::milliseconds(options_.flush_interval_ms);
  return {};
}

void Consumers::store_moved() {
  std::lock_guard writing(writing_);
  std::vector<ProgressStore::Change> changes;
  {
    std::lock_guard lock(mutex_);
    for (auto& [name, consumer] : consumers_) {
      if (std::exchange(consumer.is_moved, false)) changes.push_back({key_of(name), encode(consumer)});
    }
  }
  if (!changes.empty()) store_.write(changes);
}

}  // namespace hansard::process

#include "projections/row_batch.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/base/check.h"

namespace hansard::projections {

namespace {
constexpr std::size_t kTableSlots = 4096;  // a power of two
constexpr std::size_t kChunkBytes = 1u << 20;
constexpr std::size_t kSlotsPerRow =
    8;  // of the table when rows were forgotten, so that it is long until the next time
}  // namespace

RowBatch::RowBatch(const RowSource& committed, std::size_t rows_cached_max)
    : committed_(committed), rows_cached_max_(rows_cached_max), table_(kTableSlots) {}

std::optional<std::string_view> RowBatch::get(std::string_view key, std::string&) const {
  const Entry& entry = load(key);
  if (!entry.present) return std::nullopt;
  return entry.value;
}

std::optional<std::optional<std::string_view>> RowBatch::known(std::string_view key) const {
  const Slot& slot = slot_of(key, static_cast<std::uint32_t>(hash_key(key)));
  if (slot.index == kFree) return std::nullopt;
  const Entry& entry = entries_[slot.index];
  return entry.present ? std::optional(entry.value) : std::optional<std::string_view>();
}

std::vector<std::string> RowBatch::keys_with(std::string_view prefix) const {
  std::vector<std::string> keys = committed_.keys_with(prefix);
  for (std::uint32_t index : dirty_) {
    if (entries_[index].key.starts_with(prefix)) keys.emplace_back(entries_[index].key);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::erase_if(keys, [this](const std::string& key) { return !load(key).present; });
  return keys;
}

void RowBatch::insert(std::string_view key, std::string_view value) {
  make_room();
  auto hash = static_cast<std::uint32_t>(hash_key(key));
  Slot& slot = slot_of(key, hash);
  Entry& entry = slot.index == kFree ? add(slot, key, hash) : entries_[slot.index];
  CHECK(!entry.present, "a row is inserted twice");
  set(entry, value);
  mark(entry);
}

void RowBatch::append(std::string_view key, std::string_view value) {
  appended_.push_back({appended_arena_.copy(key), appended_arena_.copy(value)});
}

void RowBatch::put(std::string_view key, std::string_view value) {
  Entry& entry = load(key);
  set(entry, value);
  mark(entry);
}

std::span<char> RowBatch::change(std::string_view key, std::size_t more) {
  Entry& entry = load(key);
  CHECK(entry.present, "a row that is not there is changed");
  const std::string_view before = entry.value;
  char* room = room_for(entry, before.size() + more);
  if (room != before.data()) std::memcpy(room, before.data(), before.size());
  entry.value = {room, before.size() + more};
  mark(entry);
  return {room, before.size() + more};
}

void RowBatch::erase(std::string_view key) {
  Entry& entry = load(key);
  entry.present = false;
  mark(entry);
}

std::span<const RowChange> RowBatch::changes(RowDigest& digest) {
  changes_.clear();
  for (std::uint32_t index : dirty_) {
    Entry& entry = entries_[index];
    if (entry.was_present) digest.subtract(entry.was);
    RowHash now = entry.present ? hash_row(entry.key, entry.value) : RowHash{};
    if (entry.present) digest.add(now);
    if (entry.present || entry.was_present) {
      changes_.push_back({entry.key, entry.present ? std::optional(entry.value) : std::nullopt});
    }
    // A new row is hardly ever written again. Without room for it the row counts as fresh; whoever writes it makes
    // room.
    if (!entry.was_present) entry.value_capacity = 0;
    entry.was = now;
    entry.was_present = entry.present;
    entry.dirty = false;
  }
  dirty_.clear();
  for (const RowChange& row : appended_) digest.add(hash_row(row.key, *row.value));
  changes_.insert(changes_.end(), appended_.begin(), appended_.end());
  appended_.clear();
  std::sort(changes_.begin(), changes_.end(), [](const RowChange& a, const RowChange& b) { return a.key < b.key; });
  const auto twice = std::adjacent_find(changes_.begin(), changes_.end(),
                                        [](const RowChange& a, const RowChange& b) { return a.key == b.key; });
  CHECK(twice == changes_.end(), "a row is appended twice");
  return changes_;
}

void RowBatch::committed() {
  CHECK(dirty_.empty() && appended_.empty());
  changes_.clear();
  appended_arena_.clear();
  if (entries_.size() > rows_cached_max_ || arena_.bytes() > kCachedBytesMax) return discard();
  const bool is_crowded = entries_.size() * 8 > table_.size() * 3;
  if (!is_crowded) return;
  // The fresh ones go, so that the others stay few enough for the processor's caches.
  const auto before = std::exchange(entries_, {});
  const auto bytes = std::exchange(arena_, {});  // what `before` refers to
  discard();
  const auto is_fresh = [](const Entry& entry) { return entry.present && entry.value_capacity == 0; };
  const auto fresh = static_cast<std::size_t>(std::count_if(before.begin(), before.end(), is_fresh));
  table_.assign(std::bit_ceil(std::max(kTableSlots, (before.size() - fresh) * kSlotsPerRow)), Slot{});
  for (const Entry& old : before) {
    if (is_fresh(old)) continue;
    Entry& kept = add(slot_of(old.key, old.hash), old.key, old.hash);
    if (old.present) set(kept, old.value);
    kept.was_present = old.was_present;
    kept.was = old.was;
  }
}

void RowBatch::discard() {
  entries_.clear();
  dirty_.clear();
  changes_.clear();
  arena_.clear();
  appended_.clear();
  appended_arena_.clear();
  std::fill(table_.begin(), table_.end(), Slot{});
}

RowBatch::Slot& RowBatch::slot_of(std::string_view key, std::uint32_t hash) const {
  std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  for (; table_[at].index != kFree; at = (at + 1) & mask) {
    if (table_[at].hash == hash && entries_[table_[at].index].key == key) break;
  }
  return table_[at];
}

RowBatch::Entry& RowBatch::load(std::string_view key) const {
  if (last_ < entries_.size() && entries_[last_].key == key) return entries_[last_];
  make_room();
  auto hash = static_cast<std::uint32_t>(hash_key(key));
  Slot& slot = slot_of(key, hash);
  last_ = slot.index;
  if (slot.index != kFree) return entries_[slot.index];
  std::optional<std::string_view> value = committed_.get(key, scratch_);
  Entry& entry = add(slot, key, hash);
  last_ = slot.index;
  if (!value) return entry;
  set(entry, *value);
  entry.was_present = true;
  entry.was = hash_row(entry.key, entry.value);
  return entry;
}

RowBatch::Entry& RowBatch::add(Slot& slot, std::string_view key, std::uint32_t hash) const {
  slot = {static_cast<std::uint32_t>(entries_.size()), hash};
  Entry& entry = entries_.emplace_back();
  entry.key = arena_.copy(key);
  entry.hash = hash;
  return entry;
}

void RowBatch::set(Entry& entry, std::string_view value) const {
  char* room = room_for(entry, value.size());
  std::memmove(room, value.data(), value.size());
  entry.value = {room, value.size()};
  entry.present = true;
}

char* RowBatch::room_for(Entry& entry, std::size_t size) const {
  char* room = const_cast<char*>(entry.value.data());
  if (size <= entry.value_capacity && room != nullptr) return room;
  // A row that grew once will grow again: a quarter more room saves the next copies.
  const std::size_t capacity = entry.value_capacity == 0 ? size : size + size / 4;
  entry.value_capacity = static_cast<std::uint32_t>(capacity);
  return arena_.allocate(capacity);
}

void RowBatch::mark(Entry& entry) {
  if (entry.dirty) return;
  entry.dirty = true;
  dirty_.push_back(static_cast<std::uint32_t>(&entry - entries_.data()));
}

void RowBatch::make_room() const {
  if ((entries_.size() + 1) * 2 <= table_.size()) return;
  table_.assign(table_.size() * 2, Slot{});
  std::size_t mask = table_.size() - 1;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = entries_[i].hash & mask;
    while (table_[at].index != kFree) at = (at + 1) & mask;
    table_[at] = {i, entries_[i].hash};
  }
}

char* RowBatch::Arena::allocate(std::size_t size) {
  bytes_ += size;
  if (used_ + size > size_) {
    size_ = std::max(size, kChunkBytes);
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
    used_ = 0;
  }
  char* at = chunks_.back().get() + used_;
  used_ += size;
  return at;
}

std::string_view RowBatch::Arena::copy(std::string_view bytes) {
  if (bytes.empty()) return "";
  char* at = allocate(bytes.size());
  std::memcpy(at, bytes.data(), bytes.size());
  return {at, bytes.size()};
}

void RowBatch::Arena::clear() {
  chunks_.clear();
  used_ = size_ = bytes_ = 0;
}

}  // namespace hansard::projections

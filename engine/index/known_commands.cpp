#include "engine/index/known_commands.h"

#include <utility>

namespace hansard::index {

namespace {
bool add_all(CommandFilter& filter, const Rows& rows) {
  for (const auto& [id, row] : rows.commands) {
    if (!filter.add(id)) return false;
  }
  return true;
}
}  // namespace

KnownCommands::KnownCommands(std::size_t layers_max) : layers_max_(layers_max) { read_anew(); }

void KnownCommands::read_anew() {
  reading_ = std::make_shared<CommandFilter>(layers_max_);
  next_ = {};
}

void KnownCommands::step(const RowStore& store) {
  if (!reading_) return;
  const bool is_first = next_ == base::ShortDigest{};
  if (is_first && store.commands_estimate() > kEstimateMax) {
    reading_ = nullptr;
  } else if (read_some(store)) {
    publish(std::exchange(reading_, nullptr));
  }
}

// True once all is read. Without room for all, or where they cannot be read, there is nothing to read any more.
bool KnownCommands::read_some(const RowStore& store) {
  bool has_more = false, has_room = true;
  std::size_t read = 0;
  const auto outcome = store.for_each_command(next_, [&](const base::ShortDigest& id) {
    next_ = id;
    has_more = read++ == kIdsPerStep;
    if (!has_more) has_room = reading_->add(id);
    return has_room && !has_more;
  });
  if (!outcome || !has_room) reading_ = nullptr;
  return reading_ && !has_more;
}

void KnownCommands::add(const Rows& rows) {
  if (whole_ && !add_all(*whole_, rows)) publish(nullptr);
  if (reading_ && !add_all(*reading_, rows)) reading_ = nullptr;
}

std::shared_ptr<const CommandFilter> KnownCommands::filter() const {
  std::lock_guard lock(mutex_);
  return whole_;
}

void KnownCommands::publish(std::shared_ptr<CommandFilter> filter) {
  std::lock_guard lock(mutex_);
  whole_.swap(filter);  // what was there goes without the lock
}

}  // namespace hansard::index

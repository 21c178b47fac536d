#include "engine/index/known_commands.h"

#include <cstring>
#include <utility>

#include "engine/base/check.h"

namespace hansard::index {

namespace {
bool add_all(CommandFilter& filter, const Rows& rows) {
  for (const auto& [id, row] : rows.commands) {
    if (!filter.add(id)) return false;
  }
  return true;
}

base::ShortDigest id_of(std::string_view key) {
  base::ShortDigest id;
  CHECK(key.size() == 1 + id.size(), key.size());
  std::memcpy(id.data(), key.data() + 1, id.size());
  return id;
}
}  // namespace

void KnownCommands::read_anew() {
  reading_ = std::make_shared<CommandFilter>();
  next_ = {};
}

void KnownCommands::step(const RowStore& store) {
  if (reading_ && read_some(store)) publish(std::exchange(reading_, nullptr));
}

// True once all is read; without room for all there is nothing to read any more.
bool KnownCommands::read_some(const RowStore& store) {
  bool has_more = false, has_room = true;
  std::size_t read = 0;
  const std::string prefix(1, static_cast<char>(Table::commands));
  store.for_each_key(prefix, row_key(Table::commands, next_), [&](std::string_view key) {
    next_ = id_of(key);
    has_more = read++ == kIdsPerStep;
    if (!has_more) has_room = reading_->add(next_);
    return has_room && !has_more;
  });
  if (!has_room) reading_ = nullptr;
  return has_room && !has_more;
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

#include "engine/keys.h"

#include <cstring>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include "engine/base/check.h"
#include "engine/base/clock.h"
#include "engine/base/database_options.h"
#include "engine/base/durable_file.h"
#include "engine/base/folder_seal.h"
#include "engine/base/one_line.h"

namespace hansard::engine {

namespace {
void add_prefixed(std::string& out, std::string_view part) {
  out.push_back(static_cast<char>(part.size() & 0xFF));
  out.push_back(static_cast<char>(part.size() >> 8));
  out.append(part);
}

std::string command_name(const domain::Caller& caller, std::string_view idempotency_key) {
  std::string name;
  add_prefixed(name, caller.subject.value);
  add_prefixed(name, caller.actor.value);
  add_prefixed(name, idempotency_key);
  return name;
}

rocksdb::Options keys_options() {
  rocksdb::Options options = base::database_options();
  options.write_buffer_size = 1u << 20;
  options.max_open_files = 64;
  return options;
}

class RocksKeyTable final : public KeyTable {
 public:
  RocksKeyTable(base::FolderSeal seal, std::unique_ptr<rocksdb::DB> db) : seal_(std::move(seal)), db_(std::move(db)) {}
  std::optional<std::string> get(const std::string& user) const override {
    std::string stored;
    auto status = db_->Get({}, user, &stored);
    if (status.IsNotFound()) return std::nullopt;
    CHECK(status.ok(), "reading the keys:", status.ToString());
    return stored;
  }
  void put(const std::vector<Entry>& entries) override {
    rocksdb::WriteBatch batch;
    for (const auto& entry : entries) batch.Put(entry.user, entry.secret);
    rocksdb::WriteOptions synced;
    synced.sync = true;
    auto status = db_->Write(synced, &batch);
    CHECK(status.ok(), "syncing the keys:", status.ToString());
  }

 private:
  base::FolderSeal seal_;
  std::unique_ptr<rocksdb::DB> db_;
};
}  // namespace

base::Result<std::unique_ptr<KeyTable>> open_key_table(const std::string& folder) {
  namespace fs = std::filesystem;
  const fs::path path = fs::path(folder) / "keys";
  TRY(base::make_folder(path.string()));
  std::error_code failed;
  fs::permissions(path, fs::perms::owner_all, failed);
  if (failed) return base::error(base::ErrorCode::io, "the keys folder cannot be made: " + failed.message());
  TRY(auto seal, base::FolderSeal::lift(path.string()));
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::Open(keys_options(), path.string(), &db);
  if (!status.ok())
    return base::error(base::ErrorCode::io, "the keys cannot be opened: " + base::on_one_line(status.ToString()));
  return std::unique_ptr<KeyTable>(new RocksKeyTable(std::move(seal), std::unique_ptr<rocksdb::DB>(db)));
}

base::Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::string& folder) {
  TRY(auto table, open_key_table(folder));
  return std::make_unique<KeyStore>(std::move(table));
}

KeyStore::Hashes KeyStore::hash(const domain::Caller& caller, std::string_view idempotency_key,
                                const domain::Command& command) {
  const Key actor = key_of(caller.actor);
  Hashes hashes;
  hashes.actor = actor.actor_hash;
  if (idempotency_key.empty()) return hashes;
  const Key subject = caller.subject == caller.actor ? actor : key_of(caller.subject);
  hashes.command = base::hmac_sha256_short(subject.view(), command_name(caller, idempotency_key));
  hashes.fingerprint = base::hmac_sha256_short(subject.view(), domain::canonical_bytes(command));
  return hashes;
}

KeyStore::Key KeyStore::key_of(const base::UserId& user) {
  Shard& shard = shards_[std::hash<base::UserId>{}(user) % kShards];
  std::lock_guard lock(shard.mutex);
  if (auto it = shard.young.find(user.value); it != shard.young.end()) return it->second;
  if (auto it = shard.fresh.find(user.value); it != shard.fresh.end()) return it->second;
  Key key;
  if (auto it = shard.old.find(user.value); it != shard.old.end()) {
    key = it->second;
  } else {
    key = load_or_make(shard, user);
  }
  remember(shard, user.value, key);
  return key;
}

KeyStore::Key KeyStore::load_or_make(Shard& shard, const base::UserId& user) {
  Key key;
  const auto stored = table_->get(user.value);
  if (stored) {
    CHECK(stored->size() == key.secret.size(), "a secret of a wrong size in the keys folder:", stored->size());
    std::memcpy(key.secret.data(), stored->data(), key.secret.size());
  } else {
    base::random_bytes({reinterpret_cast<std::uint8_t*>(key.secret.data()), key.secret.size()});
  }
  key.actor_hash = base::hmac_sha256_short(key.view(), user.value);
  if (!stored) {
    shard.fresh.emplace(user.value, key);
    unsynced_.fetch_add(1, std::memory_order_release);
  }
  return key;
}

void KeyStore::remember(Shard& shard, const std::string& user, const Key& key) {
  if (shard.young.size() >= kCachedPerShardMax) shard.old = std::exchange(shard.young, {});
  shard.young.emplace(user, key);
}

void KeyStore::sync() {
  std::lock_guard one_at_a_time(sync_mutex_);
  std::vector<KeyTable::Entry> fresh;
  std::array<std::vector<std::string>, kShards> written;
  for (std::size_t i = 0; i < kShards; ++i) {
    std::lock_guard lock(shards_[i].mutex);
    for (const auto& [user, key] : shards_[i].fresh) {
      fresh.push_back({user, std::string(key.view())});
      written[i].push_back(user);
    }
  }
  if (fresh.empty()) return;
  table_->put(fresh);
  // Only now: a secret that left `fresh` must be found in the table.
  for (std::size_t i = 0; i < kShards; ++i) {
    std::lock_guard lock(shards_[i].mutex);
    for (const auto& user : written[i]) shards_[i].fresh.erase(user);
    unsynced_.fetch_sub(written[i].size(), std::memory_order_release);
  }
}

}  // namespace hansard::engine

// The secrets behind the hashes a record carries: 32 random bytes per user. Destroying a user's secret makes his actor
// hashes and command fingerprints meaningless, so secrets live outside the log and outside every backup of it.
//
// Invariants: a user has one secret; it is durable before an event that was hashed with it is appended, because the
// sequencer calls sync() first. Losing the folder loses no event, only the meaning of the hashes.
// Thread: any, for every method.
// Owns: where the secrets lie, in the product the small RocksDB `folder`/keys (the folder has mode 0700), WAL on, every
// write synced.
// Limits: kCachedPerShardMax secrets cached per shard; kUnsyncedMax waiting, which the sequencer watches.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/domain/commands.h"

namespace hansard::engine {

// Where the secrets lie. Thread: get from any, put from one at a time. Aborts on an error.
class KeyTable {
 public:
  struct Entry {
    std::string user;
    std::string secret;
  };
  virtual ~KeyTable() = default;
  virtual std::optional<std::string> get(const std::string& user) const = 0;
  // All of them or none; durable on return.
  virtual void put(const std::vector<Entry>& entries) = 0;
};
base::Result<std::unique_ptr<KeyTable>> open_key_table(const std::string& folder);

class KeyStore {
 public:
  static constexpr std::size_t kUnsyncedMax = 4'096;

  // What one submission is hashed to. Command and fingerprint are zero without an idempotency key.
  struct Hashes {
    base::ShortDigest actor{};        // HMAC(actor's secret, actor)
    base::ShortDigest command{};      // HMAC(subject's secret, length-prefixed subject, actor and key)
    base::ShortDigest fingerprint{};  // HMAC(subject's secret, canonical bytes of the command)
  };

  static base::Result<std::unique_ptr<KeyStore>> open(const std::string& folder);
  explicit KeyStore(std::unique_ptr<KeyTable> table) : table_(std::move(table)) {}

  // Makes the secrets it needs. Every HMAC is HMAC-SHA-256 (RFC 2104) cut to 16 bytes.
  Hashes hash(const domain::Caller& caller, std::string_view idempotency_key, const domain::Command& command);

  std::size_t unsynced() const { return unsynced_.load(std::memory_order_acquire); }
  // Everything made before the call is durable on return; aborts when it cannot be.
  void sync();

 private:
  struct Key {
    std::array<char, 32> secret{};
    base::ShortDigest actor_hash{};
    std::string_view view() const { return {secret.data(), secret.size()}; }
  };
  using KeyMap = std::unordered_map<std::string, Key>;
  struct Shard {
    std::mutex mutex;
    KeyMap young, old;  // two generations, see engine/index/row_cache.h
    KeyMap fresh;       // not durable yet
  };
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kCachedPerShardMax = 8'192;

  Key key_of(const base::UserId& user);
  Key load_or_make(Shard& shard, const base::UserId& user);
  static void remember(Shard& shard, const std::string& user, const Key& key);

  std::unique_ptr<KeyTable> table_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> unsynced_ = 0;
  std::mutex sync_mutex_;
};

}  // namespace hansard::engine

// The messages of the index by number, in memory: whose conversation, when, how long. A *message number* is dense from
// 1 in the order of the log, so newest first is descending numbers, and a filter by conversation is an array lookup
// instead of a term of a query.
//
// Invariants: numbers of a conversation ascend with its ordinals; an entry never changes.
// Thread: append from the one writer; the rest from any. An entry may be read once its number is known from a
// committed row, which is written after it.
// Limits: 20 to 25 bytes a message; kMessagesMax.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/ids.h"

namespace hansard::search {

using MessageNumber = std::uint32_t;
using ConversationNumber = std::uint32_t;  // dense from 1

// A range of 2^shelf_bits numbers: what is searched, merged and scrubbed at once (index_file.h).
using Shelf = std::uint32_t;
inline constexpr unsigned kShelfBits = 17;
std::string shelf_table(Shelf shelf);

struct CatalogEntry {
  std::int64_t created_at = 0;
  ConversationNumber conversation = 0;
  std::uint32_t words = 0;  // positions of its first text, for ranking
};

class Catalog {
 public:
  static constexpr std::size_t kChunkEntries = 1u << 16;
  static constexpr std::size_t kMessagesMax = 1u << 30;

  explicit Catalog(unsigned shelf_bits = kShelfBits);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // The number it gets.
  MessageNumber append(const CatalogEntry& entry);
  ConversationNumber add_conversation(const base::ConversationId& id);

  Shelf shelf_of(MessageNumber number) const { return number >> shelf_bits_; }
  MessageNumber first_of(Shelf shelf) const { return shelf << shelf_bits_; }
  MessageNumber size() const { return size_.load(std::memory_order_acquire); }
  const CatalogEntry& at(MessageNumber number) const;
  std::optional<ConversationNumber> conversation(const base::ConversationId& id) const;
  base::ConversationId id_of(ConversationNumber number) const;
  std::uint32_t conversations() const;
  // The message of an ordinal; 0 for ordinal 0, nothing for one that is not there.
  std::optional<MessageNumber> find(ConversationNumber conversation, base::Ordinal ordinal) const;
  // The ordinal the conversation's next message has.
  base::Ordinal next_ordinal(ConversationNumber conversation) const;

 private:
  using Chunk = std::array<CatalogEntry, kChunkEntries>;
  struct Conversation {
    base::ConversationId id;
    std::vector<MessageNumber> messages;  // by ordinal - 1
  };

  const unsigned shelf_bits_;
  std::unique_ptr<std::array<std::atomic<Chunk*>, kMessagesMax / kChunkEntries>> chunks_;
  std::atomic<MessageNumber> size_{0};
  mutable std::shared_mutex mutex_;
  std::unordered_map<base::ConversationId, ConversationNumber> numbers_;
  std::vector<Conversation> conversations_;
};

}  // namespace hansard::search

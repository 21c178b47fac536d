#include "projections/search/catalog.h"

#include <mutex>

#include "engine/base/check.h"

namespace hansard::search {

std::string shelf_table(Shelf shelf) { return "shelf_" + std::to_string(shelf); }

Catalog::Catalog(unsigned shelf_bits)
    : shelf_bits_(shelf_bits),
      chunks_(std::make_unique<std::array<std::atomic<Chunk*>, kMessagesMax / kChunkEntries>>()) {}

Catalog::~Catalog() {
  for (auto& chunk : *chunks_) delete chunk.load();
}

MessageNumber Catalog::append(const CatalogEntry& entry) {
  MessageNumber number = size_.load(std::memory_order_relaxed) + 1;
  CHECK(number < kMessagesMax, number);
  auto& slot = (*chunks_)[number / kChunkEntries];
  Chunk* chunk = slot.load(std::memory_order_relaxed);
  if (chunk == nullptr) {
    chunk = new Chunk();
    slot.store(chunk, std::memory_order_release);
  }
  (*chunk)[number % kChunkEntries] = entry;
  {
    std::unique_lock lock(mutex_);
    conversations_[entry.conversation - 1].messages.push_back(number);
  }
  size_.store(number, std::memory_order_release);
  return number;
}

ConversationNumber Catalog::add_conversation(const base::ConversationId& id) {
  std::unique_lock lock(mutex_);
  conversations_.push_back({id, {}});
  auto number = static_cast<ConversationNumber>(conversations_.size());
  numbers_.emplace(id, number);
  return number;
}

const CatalogEntry& Catalog::at(MessageNumber number) const {
  const Chunk* chunk = (*chunks_)[number / kChunkEntries].load(std::memory_order_acquire);
  CHECK(chunk != nullptr, number);
  return (*chunk)[number % kChunkEntries];
}

std::optional<ConversationNumber> Catalog::conversation(const base::ConversationId& id) const {
  std::shared_lock lock(mutex_);
  auto found = numbers_.find(id);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

base::ConversationId Catalog::id_of(ConversationNumber number) const {
  std::shared_lock lock(mutex_);
  return conversations_[number - 1].id;
}

std::uint32_t Catalog::conversations() const {
  std::shared_lock lock(mutex_);
  return static_cast<std::uint32_t>(conversations_.size());
}

std::optional<MessageNumber> Catalog::find(ConversationNumber conversation, base::Ordinal ordinal) const {
  if (!ordinal) return 0;
  std::shared_lock lock(mutex_);
  const auto& messages = conversations_[conversation - 1].messages;
  if (ordinal.value > messages.size()) return std::nullopt;
  return messages[ordinal.value - 1];
}

base::Ordinal Catalog::next_ordinal(ConversationNumber conversation) const {
  std::shared_lock lock(mutex_);
  return {conversations_[conversation - 1].messages.size() + 1};
}

}  // namespace hansard::search

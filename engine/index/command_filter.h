// Which command ids the database may hold, in memory: a Bloom filter whose bits of one id lie in one cache line (Putze,
// Sanders, Singler: "Cache-, Hash- and Space-Efficient Bloom Filters", 2007), in layers that are added as it grows.
// Nearly every id that comes is new, and this says so without the database.
//
// Invariant: an id that was added may be held, always. Of those that were not, fewer than one in thirty may be.
// Thread: add from one thread at a time; fetch and may_hold from any. What an add did is seen by whoever learns of it
// in an order (a mutex, an atomic) after it. Limits: kIdsMax ids at 12 bits, 134 MB at most and 96 KiB at first.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/base/hash.h"

namespace hansard::index {

class CommandFilter {
 public:
  static constexpr std::size_t kFirstLayerIds = 64u << 10, kGrowth = 4, kLayersMax = 6;
  static constexpr std::size_t kIdsMax = kFirstLayerIds * 1365;  // of six layers

  explicit CommandFilter(std::size_t layers_max = kLayersMax) : layers_max_(layers_max) {}

  // False: there is no room, and the filter is worth nothing any more.
  bool add(const base::ShortDigest& id);
  // Ids are the ends of hashes, and their bits are taken as they are.
  bool may_hold(const base::ShortDigest& id) const;
  // Asks for the memory that may_hold will look at.
  void fetch(const base::ShortDigest& id) const;

 private:
  using Word = std::atomic<std::uint64_t>;
  struct alignas(64) Block {
    std::array<Word, 8> words{};
  };
  struct Layer {
    explicit Layer(std::size_t ids);
    Block& block_of(const base::ShortDigest& id) const;
    const std::size_t ids_max, blocks_count;
    std::size_t ids = 0;
    const std::unique_ptr<Block[]> blocks;
  };

  const std::size_t layers_max_;  // up to kLayersMax
  std::array<std::unique_ptr<Layer>, kLayersMax> layers_;
  std::atomic<std::size_t> layers_count_ = 0;
};

}  // namespace hansard::index

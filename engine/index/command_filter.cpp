#include "engine/index/command_filter.h"

#include <cstring>

namespace hansard::index {

namespace {
constexpr std::size_t kBitsPerId = 12, kBitsPerBlock = 512, kProbes = 6;
constexpr unsigned kProbeBits = 9;  // of the id, for one of kBitsPerBlock
static_assert(1u << kProbeBits == kBitsPerBlock && kProbes * kProbeBits <= 64);

std::uint64_t half(const base::ShortDigest& id, std::size_t at) {
  std::uint64_t number;
  std::memcpy(&number, id.data() + at, sizeof number);
  return number;
}

// Calls `use(word, bit)` for each of the id's probes, while it answers true.
template <class Use>
bool for_each_probe(const base::ShortDigest& id, const Use& use) {
  std::uint64_t bits = half(id, 8);
  for (std::size_t i = 0; i < kProbes; ++i, bits >>= kProbeBits) {
    const std::uint64_t probe = bits & (kBitsPerBlock - 1);
    if (!use(probe / 64, std::uint64_t{1} << probe % 64)) return false;
  }
  return true;
}
}  // namespace

CommandFilter::Layer::Layer(std::size_t max)
    : ids_max(max),
      blocks_count(max * kBitsPerId / kBitsPerBlock),
      blocks(std::make_unique<Block[]>(max * kBitsPerId / kBitsPerBlock)) {}

CommandFilter::Block& CommandFilter::Layer::block_of(const base::ShortDigest& id) const {
  const std::uint64_t number = half(id, 0) >> 32;
  return blocks[number * blocks_count >> 32];
}

bool CommandFilter::add(const base::ShortDigest& id) {
  std::size_t count = layers_count_.load(std::memory_order_relaxed);
  if (count == 0 || layers_[count - 1]->ids == layers_[count - 1]->ids_max) {
    if (count == layers_max_) return false;
    layers_[count] = std::make_unique<Layer>(count == 0 ? kFirstLayerIds : layers_[count - 1]->ids_max * kGrowth);
    layers_count_.store(++count, std::memory_order_release);
  }
  Layer& newest = *layers_[count - 1];
  ++newest.ids;
  Block& block = newest.block_of(id);
  return for_each_probe(id, [&block](std::size_t word, std::uint64_t bit) {
    Word& bits = block.words[word];
    bits.store(bits.load(std::memory_order_relaxed) | bit, std::memory_order_relaxed);
    return true;
  });
}

bool CommandFilter::may_hold(const base::ShortDigest& id) const {
  for (std::size_t i = layers_count_.load(std::memory_order_acquire); i-- > 0;) {
    const Block& block = layers_[i]->block_of(id);
    const auto is_set = [&block](std::size_t word, std::uint64_t bit) {
      return (block.words[word].load(std::memory_order_relaxed) & bit) != 0;
    };
    if (for_each_probe(id, is_set)) return true;
  }
  return false;
}

void CommandFilter::fetch(const base::ShortDigest& id) const {
  for (std::size_t i = layers_count_.load(std::memory_order_acquire); i-- > 0;) {
    __builtin_prefetch(&layers_[i]->block_of(id));
  }
}

}  // namespace hansard::index

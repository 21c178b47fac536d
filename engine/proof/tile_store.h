// The hashes of the tree on disk, in the layout of C2SP tlog-tiles: one file per level, hash after hash. Level L holds
// the hashes of whole subtrees of 256^L leaves, so the N-th tile of a level is the bytes from N * 8,192 on, and every
// other node is hashed from at most 128 of them.
//
//   <folder>/v1/level-0    leaf hashes, 32 bytes each
//   <folder>/v1/level-1    one for every 256 of level 0, and so on to level 5
//
// Everything here follows from the log and is checked by the root that a checkpoint signs; so files need no checksums
// of their own, and one that is torn, shortened or gone is hashed again (start_check.h).
//
// Invariants: a file only grows between open and close; bytes below the flushed size never change.
// Thread: add, flush, sync and cut from one; node and hashes of what was flushed from any.
// Owns: a descriptor per level.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/proof/merkle.h"

namespace hansard::proof {

inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileWidth = 1u << kTileHeight;
inline constexpr unsigned kLevels = 6;  // 2^48 leaves

class TileStore final : public NodeSource {
 public:
  enum class Mode { write, read_only };

  // `write` makes what is missing; `read_only` changes nothing, and takes what is missing for empty. Errors: io.
  static Result<std::unique_ptr<TileStore>> open(const std::string& folder, Mode mode);
  ~TileStore() override;
  TileStore(const TileStore&) = delete;
  TileStore& operator=(const TileStore&) = delete;

  // Leaves on disk with all that follows from them.
  std::uint64_t size() const { return flushed_.load(std::memory_order_acquire); }
  // Forgets the leaves from `size` on, durably, and what add() had not flushed. PRECONDITION: size <= size().
  Result<void> cut(std::uint64_t size);
  // The hash of the next subtree completed on its level; see CompactRange::Completed. In memory until flush().
  void add(unsigned height, const Hash& hash);
  // Hands everything added to the operating system; size() then counts it.
  Result<void> flush();
  // Everything flushed is on stable storage on return.
  Result<void> sync();

  // `corrupt` for what is not there.
  Result<Hash> node(unsigned height, std::uint64_t index) const override;
  // `count` hashes of a level from `first` on, as bytes.
  Result<std::string> hashes(unsigned level, std::uint64_t first, std::uint64_t count) const;

 private:
  struct Level {
    int descriptor = -1;
    std::uint64_t count = 0;  // hashes in the file
    std::string waiting;      // bytes
    bool is_dirty = false;
  };

  explicit TileStore(std::string folder) : folder_(std::move(folder)) {}
  Result<void> open_level(unsigned level, Mode mode);
  std::string path(unsigned level) const;

  const std::string folder_;
  std::array<Level, kLevels> levels_;
  std::atomic<std::uint64_t> flushed_ = 0;
};

// The root of up to 256 hashes that stand one after another; `bytes` holds a power of two of them.
Hash root_of_hashes(std::string_view bytes);

// A tile as its path names it: "<L>/<N>" or "<L>/<N>.p/<W>", N in groups of three digits, all but the last with an x.
struct TileName {
  unsigned level = 0;
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;
  bool operator==(const TileName&) const = default;
};
std::optional<TileName> parse_tile_name(std::string_view path);
std::string tile_path(const TileName& tile);

}  // namespace hansard::proof

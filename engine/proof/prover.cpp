#include "engine/proof/prover.h"

#include <cstring>

namespace hansard::proof {

namespace {
base::Error damaged() {
  return base::error(
      base::ErrorCode::corrupt,
      "the proof hashes are damaged: stop the server, remove the folder proofs/v1 and start it again; it "
      "is made again from the log");
}

base::Error not_there(std::string what) { return base::error(base::ErrorCode::not_found, std::move(what)); }

std::string sizes(std::uint64_t asked, std::uint64_t size) {
  return std::to_string(asked) + " is beyond the signed size, " + std::to_string(size);
}
}  // namespace

Result<Path> Prover::inclusion(std::uint64_t index, std::uint64_t size) const {
  if (index >= size) return not_there("leaf " + sizes(index, size));
  TRY(auto path, inclusion_path(tiles_, index, size));
  TRY(auto leaf, tiles_.node(0, index));
  TRY(auto root, root_at(tiles_, size));
  if (!verify_inclusion(leaf, index, size, path, root)) return damaged();
  return path;
}

Result<ConsistencyFile> Prover::consistency(std::uint64_t from, std::uint64_t to) const {
  if (from > to) return not_there("size " + sizes(from, to));
  TRY(auto path, consistency_path(tiles_, from, to));
  TRY(auto from_root, root_at(tiles_, from));
  TRY(auto to_root, root_at(tiles_, to));
  if (!verify_consistency(from, from_root, to, to_root, path)) return damaged();
  return ConsistencyFile{from, to, std::move(path)};
}

Result<ProofFile> Prover::event(log::Position position, const Checkpoint& checkpoint, const std::string& note) const {
  const std::uint64_t index = position.value - 1;
  if (!position || index >= checkpoint.size) {
    return not_there("position " + std::to_string(position.value) + " is not under the checkpoint, which covers " +
                     std::to_string(checkpoint.size));
  }
  TRY(auto entry, read_entry(log_, position));
  TRY(auto path, inclusion_path(tiles_, index, checkpoint.size));
  if (!verify_inclusion(leaf_hash(entry.leaf), index, checkpoint.size, path, checkpoint.root)) return damaged();
  return ProofFile{note, std::move(entry), std::move(path)};
}

Result<std::string> Prover::tile(const TileName& name, std::uint64_t size) const {
  if (name.level >= kLevels || name.index > size) return not_there("there is no such tile");
  const std::uint64_t first = name.index * kTileWidth;
  if (first + name.width > size >> (kTileHeight * name.level)) return not_there("there is no such tile yet");
  TRY(auto bytes, tiles_.hashes(name.level, first, name.width));
  if (name.width < kTileWidth || name.level + 1 == kLevels) return bytes;
  TRY(auto above, tiles_.hashes(name.level + 1, name.index, 1));
  if (base::view_of(root_of_hashes(bytes)) != above) return damaged();
  return bytes;
}

}  // namespace hansard::proof

// Proofs out of the stored hashes and the log, for the server and for tools on a stopped folder. Every proof is
// checked before it leaves: damaged hashes give `corrupt`, never a proof that does not verify.
//
// Thread: any.
#pragma once

#include "engine/log/event_log.h"
#include "engine/proof/proof_file.h"
#include "engine/proof/tile_store.h"

namespace hansard::proof {

class Prover {
 public:
  // Both outlive it.
  Prover(const log::EventLog& log, const TileStore& tiles) : log_(log), tiles_(tiles) {}

  // PRECONDITION of both: sizes at most the last signed one. `not_found` for an index or a size beyond `size` or `to`.
  Result<Path> inclusion(std::uint64_t index, std::uint64_t size) const;
  Result<ConsistencyFile> consistency(std::uint64_t from, std::uint64_t to) const;
  // `not_found` for a position above the checkpoint.
  Result<ProofFile> event(log::Position position, const Checkpoint& checkpoint, const std::string& note) const;
  // The bytes of a tile of a tree of `size`; `not_found` when it has no such tile. A full tile is checked against the
  // level above.
  Result<std::string> tile(const TileName& name, std::uint64_t size) const;

 private:
  const log::EventLog& log_;
  const TileStore& tiles_;
};

}  // namespace hansard::proof

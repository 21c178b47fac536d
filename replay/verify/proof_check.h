// The tree and what was signed of it (proofs/): every leaf hash against the record it is of, every hash above against
// those below, the root at the signed size and at the size in the witness, the signature of the stored checkpoint by
// the stored key, and that checkpoint.key is the key that signs. Without proofs/ the records themselves are held
// against the root in the witness: a start does, before it hashes them anew.
//
// Thread: begin and finish from one, see from any between them, as PrefixRoot.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/codec/codec.h"
#include "engine/proof/tile_store.h"
#include "replay/verify/findings.h"
#include "replay/verify/prefix_root.h"
#include "replay/verify/store.h"

namespace hansard::verify {

class ProofCheck {
 public:
  // Nothing to check where there is no folder proofs/ and the witness names no root.
  // `sees_all`: the log is walked whole.
  ProofCheck(const Store& store, Findings& findings, bool sees_all);
  ~ProofCheck();

  // Each intact record, while the log is walked.
  void see(const codec::Leaf& leaf, std::string_view record);
  // The levels above the leaves, and the checkpoint.
  void finish();

 private:
  struct Leaves;

  void begin_without_tree(Findings& findings, bool sees_all);
  void check_witness_root();
  void check_levels();
  void check_level(unsigned level);
  base::Result<void> check_signed();
  base::Result<void> check_signing_key(const std::string& verifier);
  base::Result<void> check_root(std::uint64_t size, const proof::Hash& root, const std::string& who);

  const Store& store_;
  std::unique_ptr<Check> check_;
  std::optional<PrefixRoot> witnessed_;  // nothing: the tree is there
  std::unique_ptr<Leaves> leaves_;       // nothing: there are none
  std::unique_ptr<proof::TileStore> tiles_;
};

}  // namespace hansard::verify

// A proof that stands by itself: one event, the path from its leaf to a root, and the signed checkpoint with that root.
// Whoever holds the file and the verifier key of the log can check it without the log and without this program
// (docs/PROOF.md has the format; tests/proof/verify_proof.py is a second implementation).
//
//   {"format":"hansard-proof","version":1,"checkpoint":"<signed note>","index":6,"leaf":…,"leaf_hash":…,
//    "facts":{…},"content":{…},"path":[…]}
//
// Thread: any; values.
// Limits: kProofBytesMax.
#pragma once

#include <string>
#include <string_view>

#include "engine/proof/entry.h"
#include "engine/proof/note.h"

namespace hansard::proof {

inline constexpr std::size_t kProofBytesMax = 64u << 20;

struct ProofFile {
  std::string checkpoint;  // the signed note
  Entry entry;
  Path path;
};

std::string proof_json(const ProofFile& proof);
// Errors: malformed; unsupported for another version.
Result<ProofFile> parse_proof(std::string_view json);
// The checkpoint that the event is under. Errors: refused, with the sentence what does not fit.
Result<Checkpoint> verify_proof(const ProofFile& proof, const VerifierKey& key);

// {"format":"hansard-consistency","version":1,"from":…,"to":…,"path":[…]}
struct ConsistencyFile {
  std::uint64_t from = 0, to = 0;
  Path path;
};
std::string consistency_json(const ConsistencyFile& proof);
Result<ConsistencyFile> parse_consistency(std::string_view json);
// That the newer checkpoint's log begins with everything the older one's had.
Result<void> check_consistency(const ConsistencyFile& proof, const Checkpoint& older, const Checkpoint& newer);

}  // namespace hansard::proof

// The last signed checkpoint on disk, stored before it is shown to anybody, and the key it verifies with.
//
//   proofs/checkpoint                 the signed note
//   proofs/key                        the verifier key of who signed it, one line
//   proofs/checkpoint.epoch-<n>       the last one of an epoch that ended with an accepted loss: kept as evidence
//
// Thread: one.
#pragma once

#include <optional>
#include <string>

#include "engine/log/event_log.h"
#include "engine/proof/note.h"
#include "engine/proof/start_check.h"

namespace hansard::proof {

// Where the parts are below the data folder.
struct ProofPaths {
  explicit ProofPaths(const std::string& data);
  std::string data, folder, checkpoint, verifier, signing_key;
};

struct StoredCheckpoint {
  std::string note;
  Checkpoint checkpoint;
  VerifierKey key;
};

// On stable storage on return.
Result<void> store_checkpoint(const ProofPaths& paths, const std::string& note, const VerifierKey& key);
// The stored checkpoint, verified with the stored key or, right after a change of key, with `current`; nothing when
// none was stored. `refused` when neither key signed it.
Result<std::optional<StoredCheckpoint>> load_checkpoint(const ProofPaths& paths, const VerifierKey* current);

// What the log has to agree with at a start: the stored checkpoint and the tail witness. A checkpoint of an epoch whose
// end was given up counts only where what it covers was kept; it is set aside then.
Result<std::vector<Anchor>> find_anchors(const ProofPaths& paths, const log::EventLog& log, const SigningKey& base_key);

}  // namespace hansard::proof

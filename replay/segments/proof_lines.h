// Proofs that go with evidence: for each exported event a line that stands by itself, the event's leaf and stored
// bytes, the path from the leaf to a root, and the signed checkpoint with that root (docs/PROOF.md). Who has the log's
// verifier key can check a line without the log and without this program.
//
// Events behind the last signed checkpoint, at most a second or 10,000 events old, have no line yet.
//
// Thread: a Prover from any; a ProofLines one at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/log/event_log.h"
#include "engine/proof/checkpoint_file.h"
#include "engine/proof/prover.h"
#include "replay/segments/file_entry.h"
#include "replay/segments/file_stream.h"

namespace hansard::segments {

class EvidenceProver {
 public:
  // Under the checkpoint in `note`, the last one or an earlier one of the log's epoch. `log` outlives it.
  static Result<std::unique_ptr<EvidenceProver>> open(const std::string& data_folder, const log::EventLog& log,
                                                      const std::string& note, const std::string& verifier_key);
  // One line without its end; nothing for an event above the checkpoint.
  Result<std::optional<std::string>> line(base::Position at) const;

 private:
  EvidenceProver(const log::EventLog& log, std::string note, proof::Checkpoint checkpoint,
                 std::unique_ptr<proof::TileStore> tiles)
      : note_(std::move(note)), checkpoint_(std::move(checkpoint)), tiles_(std::move(tiles)), prover_(log, *tiles_) {}

  const std::string note_;
  const proof::Checkpoint checkpoint_;
  const std::unique_ptr<proof::TileStore> tiles_;
  const proof::Prover prover_;
};

// One file of them. Without a line it leaves no file.
class ProofLines {
 public:
  ProofLines(const EvidenceProver& prover, files::FileIo& io, std::string path)
      : prover_(prover), io_(io), path_(std::move(path)) {}
  Result<void> add(base::Position at);
  // On stable storage on return; `name` is left to the caller. Nothing: no event had a proof.
  Result<std::optional<PlainFile>> finish();

 private:
  Result<void> flush();

  const EvidenceProver& prover_;
  files::FileIo& io_;
  const std::string path_;
  std::unique_ptr<FileWriter> file_;
  std::string text_;
  base::Sha256 hash_;
};

}  // namespace hansard::segments

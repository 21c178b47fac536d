// The façade of this room: opens what is kept, holds the log against it, and answers. It has no thread of its own: who
// owns it calls step() behind the durable gate, at least once an interval.
//
// Thread: open, step and stop from one thread at a time; the rest from any.
// Owns: the folder `proofs/` and `checkpoint.key` below the data folder.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/proof/hasher.h"
#include "engine/proof/prover.h"

namespace hansard::proof {

struct ProofOptions {
  std::string data_folder;
  std::string origin;                 // "" for what checkpoint.key says, or hansard/<cluster id>
  std::uint32_t interval_ms = 1'000;  // a checkpoint at least this often while the log grows
  std::uint32_t events = 10'000;      // and at least every so many
};

struct ProofStatus {
  std::uint64_t hashed = 0;  // leaves in the tree
  std::uint64_t signed_size = 0;
  base::Timestamp signed_at;
  std::uint64_t cpu_ns = 0;            // spent hashing and signing
  std::uint64_t rebuilt = 0;           // leaves hashed again at the start because stored hashes were torn or wrong
  std::optional<std::string> trouble;  // why hashing has stopped
};

class Proofs {
 public:
  // Checks the log before anything is appended (start_check.h) and signs the tree as it stands. `log` and `clock`
  // outlive it. Errors: refused with a sentence for the operator, malformed for the origin or a key file, io.
  static Result<std::unique_ptr<Proofs>> open(log::EventLog& log, base::Clock& clock, const ProofOptions& options);

  // Hashes and signs what is durable, or half a million leaves of it. After an error it does nothing any more and
  // status() says why: derived hashes that cannot be written stop proofs, not the log.
  void step();
  // When to call step() again at the latest: this many leaves further.
  log::Position next_step() const;

  std::shared_ptr<const SignedCheckpoint> checkpoint() const { return hasher_->checkpoint(); }
  const VerifierKey& key() const { return hasher_->key(); }
  const Prover& prover() const { return prover_; }
  ProofStatus status() const;

 private:
  Proofs(log::EventLog& log, const ProofOptions& options, std::unique_ptr<TileStore> tiles)
      : options_(options), log_(log), tiles_(std::move(tiles)), prover_(log_, *tiles_) {}

  const ProofOptions options_;
  const log::EventLog& log_;
  std::unique_ptr<TileStore> tiles_;
  const Prover prover_;
  std::unique_ptr<Hasher> hasher_;
  std::uint64_t rebuilt_ = 0;
  mutable std::mutex mutex_;
  std::optional<std::string> trouble_;
};

}  // namespace hansard::proof

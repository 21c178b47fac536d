#include "engine/proof/proofs.h"

#include "engine/base/durable_file.h"
#include "engine/proof/origin.h"

namespace hansard::proof {

Result<std::unique_ptr<Proofs>> Proofs::open(log::EventLog& log, base::Clock& clock, const ProofOptions& options) {
  const ProofPaths paths(options.data_folder);
  TRY(base::make_folder(paths.folder));
  TRY(auto base_key, open_signing_key(paths.signing_key, options.origin, log));
  TRY(auto anchors, find_anchors(paths, log, base_key));
  TRY(auto tiles, TileStore::open(paths.folder, TileStore::Mode::write));
  TRY(auto finding, check_start(log, *tiles, anchors, options.data_folder));

  std::unique_ptr<Proofs> proofs(new Proofs(log, options, std::move(tiles)));
  proofs->rebuilt_ = finding.rebuilt;
  SigningKey key = base_key.renamed(origin_of_epoch(base_key.verifier().name(), log.epoch()));
  proofs->hasher_ = std::make_unique<Hasher>(
      Hasher::Parts{log, *proofs->tiles_, clock, paths, std::move(key), options.interval_ms}, std::move(finding.tree));
  TRY(proofs->hasher_->sign());
  return proofs;
}

void Proofs::step() {
  if (status().trouble) return;
  auto done = hasher_->step();
  if (done) return;
  std::lock_guard lock(mutex_);
  trouble_ = done.error().detail;
}

log::Position Proofs::next_step() const { return {hasher_->hashed() + options_.events}; }

ProofStatus Proofs::status() const {
  ProofStatus status;
  const auto signed_last = checkpoint();
  status.hashed = hasher_->hashed();
  status.signed_size = signed_last->checkpoint.size;
  status.signed_at = signed_last->signed_at;
  status.cpu_ns = hasher_->cpu_ns();
  status.rebuilt = rebuilt_;
  std::lock_guard lock(mutex_);
  status.trouble = trouble_;
  return status;
}

}  // namespace hansard::proof

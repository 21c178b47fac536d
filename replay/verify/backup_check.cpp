#include "replay/verify/backup_check.h"

namespace hansard::verify {

base::Result<BackupCheck> BackupCheck::open(const Store& store, Findings& findings) {
  auto manifest = backup::read_backup_manifest(store.data);
  if (!manifest && manifest.error().code == base::ErrorCode::not_found) {
    return base::error(base::ErrorCode::not_found, store.data + " is no backup: it has no manifest.json of one");
  }
  BackupCheck check(store, findings);
  check.is_readable_ = manifest.has_value();
  if (!manifest) {
    check.check_->damaged(std::string(backup::kManifestName), manifest.error().detail);
    return check;
  }
  check.manifest_ = std::move(manifest).value();
  auto sums = backup::check_sums(store.data, check.manifest_);
  if (!sums) check.check_->damaged("", sums.error().detail);
  if (check.manifest_.version < 2) {
    check.check_->note("made by an older version: its manifest has neither sums nor a root");
  }
  check.signed_ = PrefixRoot(check.manifest_.hashed.size);
  return check;
}

BackupCheck::BackupCheck(const Store& store, Findings& findings)
    : store_(&store), check_(std::make_unique<Check>(findings, "backup", "I5", "leaves")) {}

void BackupCheck::see(const codec::Leaf& leaf, std::string_view record) {
  if (signed_.see(leaf, record)) check_->add(1);
}

void BackupCheck::finish() {
  if (is_readable_) {
    if (store_->engine->durable() < manifest_.position) {
      check_->damaged("log", "the log ends at " + std::to_string(store_->engine->durable().value) +
                                 ", the manifest promises " + std::to_string(manifest_.position.value));
    }
    check_root();
  }
  check_.reset();
}

void BackupCheck::check_root() {
  const std::string size = std::to_string(manifest_.hashed.size);
  if (signed_.has(manifest_.hashed.root)) return;
  if (manifest_.hashed.size == 0) return check_->note("nothing of it was signed when it was made: it has no root");
  check_->damaged("log", "the first " + size + " records do not have the root that the manifest names");
}

}  // namespace hansard::verify

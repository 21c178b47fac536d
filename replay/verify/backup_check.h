// A backup against its manifest: the manifest's own checksum, every file it sums, that the log reaches its position,
// and the root over the records that were signed when it was made. The records, tables and attachments themselves are
// the business of the other checks, which look at a backup as at any folder.
//
// Thread: open and finish from one, see from any between them, as PrefixRoot.
#pragma once

#include <memory>
#include <string_view>

#include "engine/backup/backup_manifest.h"
#include "engine/codec/codec.h"
#include "replay/verify/findings.h"
#include "replay/verify/prefix_root.h"
#include "replay/verify/store.h"

namespace hansard::verify {

class BackupCheck {
 public:
  // `not_found`: the folder is no backup. A damaged manifest is a finding.
  static base::Result<BackupCheck> open(const Store& store, Findings& findings);

  // Each intact record, while the log is walked from its beginning.
  void see(const codec::Leaf& leaf, std::string_view record);
  void finish();

 private:
  BackupCheck(const Store& store, Findings& findings);
  void check_root();

  const Store* store_;
  std::unique_ptr<Check> check_;
  backup::BackupManifest manifest_;
  bool is_readable_ = true;
  PrefixRoot signed_{0};
};

}  // namespace hansard::verify

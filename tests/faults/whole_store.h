// Everything of the server that keeps something on the disk, put together as api/serve.cpp does it but for the edge:
// log, keys, write index, proofs, chat and audit views, search, attachments, outbox, timers and the eraser. Limits are
// so small that a few hundred commands meet flushes, full write-ahead logs, compactions, ingestions, checkpoints and
// witnesses.
//
// Thread: one. Owns: everything below `data`.
#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"
#include "engine/files/blob_store.h"
#include "engine/proof/proofs.h"
#include "projections/process/process.h"
#include "projections/process/proof_keeper.h"
#include "projections/search/search_view.h"
#include "projections/views.h"

namespace hansard::faults {

class WholeStore {
 public:
  static base::Result<std::unique_ptr<WholeStore>> open(const std::string& data);
  ~WholeStore();

  // Waits until views and search have folded everything that is durable. False: one has stopped, or it took too long.
  bool catch_up();
  // The order of api/serve.cpp.
  void stop();

  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<proof::Proofs> proofs;
  std::unique_ptr<process::ProofKeeper> proof_keeper;
  std::unique_ptr<projections::Views> views;
  std::unique_ptr<files::BlobStore> files;
  std::unique_ptr<process::Process> process;
  std::unique_ptr<search::SearchView> search;

 private:
  base::Result<void> open_parts(const std::string& data);
};

}  // namespace hansard::faults

// The store under verification: what the checks share. Everything in it is opened read-only.
//
// Thread: as Engine.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "replay/verify/database_files.h"

namespace hansard::verify {

struct Store {
  std::string data;     // the data folder
  std::string scratch;  // a folder of this verification's own, for what is folded anew
  std::vector<DatabaseFiles> databases;
  std::unique_ptr<engine::Engine> engine;  // nothing: the log cannot be opened
  std::array<std::uint8_t, 16> cluster{};
  unsigned threads = 1;
  bool deep = false;                // fold the log anew
  bool hashes_attachments = false;  // read every attachment
  std::function<void(std::uint64_t events)> progress;

  // Nothing: there is no such database.
  const DatabaseFiles* database(const std::string& folder) const {
    for (const DatabaseFiles& found : databases) {
      if (found.folder == folder) return &found;
    }
    return nullptr;
  }
};

// An engine whose log ends at `end`: what a fold up to a checkpoint reads. `whole` outlives it.
std::unique_ptr<engine::Engine> engine_up_to(engine::Engine& whole, base::Position end);

}  // namespace hansard::verify

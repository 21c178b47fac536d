// What waits for the sequencer: a submission and what the submitting thread found out about it.
#pragma once

#include <cstddef>

#include "engine/base/clock.h"
#include "engine/engine.h"
#include "engine/keys.h"

namespace hansard::engine {

struct Pending {
  Submission submission;
  KeyStore::Hashes hashes;
  std::size_t bytes = 0;  // about what it holds in memory
  base::MonotonicTime submitted{};

  bool has_key() const { return hashes.command != base::ShortDigest{}; }
};

// An estimate of a command's memory by its parts that may be large.
std::size_t bytes_of(const domain::Command& command);

}  // namespace hansard::engine

// What waits for the sequencer: a submission and the hashes the submitting thread made of it.
#pragma once

#include "engine/engine.h"
#include "engine/keys.h"

namespace hansard::engine {

struct Pending {
  Submission submission;
  KeyStore::Hashes hashes;

  bool has_key() const { return hashes.command != base::ShortDigest{}; }
};

}  // namespace hansard::engine

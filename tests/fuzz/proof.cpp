// Notes, checkpoints, keys and proofs come from others: offline verification reads them.
#include "engine/proof/note.h"
#include "engine/proof/proof_file.h"
#include "engine/proof/tile_store.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto signer = proof::SigningKey::make("example.org/log");
  const auto text = fuzz::text_of(data, size);
  if (auto key = proof::VerifierKey::parse(text)) must(key.value().text() == text, "a key has one spelling");
  if (auto checkpoint = proof::Checkpoint::parse(text)) {
    auto again = proof::Checkpoint::parse(checkpoint.value().text());
    must(again && again.value() == checkpoint.value(), "a checkpoint says the same when it is said again");
  }
  must(!signer.verifier().open(text), "nobody else signs for a fresh key");
  (void)proof::parse_proof(text);
  (void)proof::parse_consistency(text);
  (void)proof::parse_tile_name(text);
  return 0;
}

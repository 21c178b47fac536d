#include "engine/proof/proof_file.h"

#include <catch2/catch.hpp>

#include "engine/codec/codec.h"
#include "engine/proof/base64.h"
#include "tests/proof/proof_fixture.h"
#include "tests/support/memory_log.h"

using namespace hansard;
using namespace hansard::proof;
using namespace hansard::proof::test;

namespace {
ProofFile proof_of(const ProofHouse& house, std::uint64_t position) {
  const auto signed_last = house.proofs->checkpoint();
  return house.proofs->prover().event({position}, signed_last->checkpoint, signed_last->note).value();
}
}  // namespace

TEST_CASE("a proof of every event stands by itself") {
  ProofHouse house;
  house.open();
  house.append(70);
  house.hash();
  for (std::uint64_t position = 1; position <= 70; ++position) {
    INFO(position);
    const std::string json = proof_json(proof_of(house, position));
    const auto read = parse_proof(json);
    REQUIRE(read);
    CHECK(verify_proof(read.value(), house.proofs->key()).value() == house.checkpoint());
    CHECK(read.value().entry.content->bytes.find("text " + std::to_string(position)) != std::string::npos);
  }
}

TEST_CASE("a proven entry decodes to the event it was") {
  ProofHouse house;
  house.open();
  house.append(4);
  house.hash();
  Entry entry = proof_of(house, 4).entry;
  auto event = codec::decode(record_of(entry));
  REQUIRE(event);
  CHECK(std::get<domain::MessageSent>(*event.value().body).content->text == "text 4");
  entry.content.reset();
  event = codec::decode(record_of(entry));
  REQUIRE(event);
  CHECK_FALSE(std::get<domain::MessageSent>(*event.value().body).content);
}

TEST_CASE("a proof with any character changed is refused, or says the same as before") {
  ProofHouse house;
  house.open();
  house.append(5);
  house.hash();
  const ProofFile proof = proof_of(house, 3);
  const std::string json = proof_json(proof);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    std::string changed = json;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    const auto read = parse_proof(changed);
    if (!read || !verify_proof(read.value(), house.proofs->key())) {
      ++refused;
      continue;
    }
    // Only a name that is not needed may have changed: what is proven is the same.
    INFO(changed);
    CHECK(read.value().entry.leaf == proof.entry.leaf);
    CHECK(read.value().entry.facts == proof.entry.facts);
    CHECK(read.value().checkpoint == proof.checkpoint);
  }
  CHECK(refused > json.size() * 9 / 10);
}

TEST_CASE("a proof fails with another key, another place, another text") {
  ProofHouse house;
  house.open();
  house.append(5);
  house.hash();
  const ProofFile proof = proof_of(house, 3);
  CHECK_FALSE(verify_proof(proof, SigningKey::make("another.example").verifier()));
  CHECK_FALSE(verify_proof(proof, SigningKey::make(house.proofs->key().name()).verifier()));
  ProofFile changed = proof;
  changed.entry.index = 3;
  CHECK_FALSE(verify_proof(changed, house.proofs->key()));
  changed = proof;
  changed.entry.content->bytes.back() ^= 1;
  CHECK(verify_proof(changed, house.proofs->key()).error().detail.find("content") != std::string::npos);
  changed = proof;
  changed.entry.facts.salt.back() ^= 1;
  CHECK_FALSE(verify_proof(changed, house.proofs->key()));
  changed = proof;
  changed.entry.leaf[100] ^= 1;
  CHECK_FALSE(verify_proof(changed, house.proofs->key()));
}

TEST_CASE("an event whose content was erased is proven as before, without its content") {
  auto store = std::make_shared<support::MemoryStore>();
  support::MemoryLog log(store);
  for (std::uint64_t at = 1; at <= 9; ++at) store->records.push_back(record_at(at));
  support::MemoryLog full(store);
  const support::TempFolder folder;
  support::ManualClock clock;
  store->meta["cluster_id"] = "test";
  auto proofs = Proofs::open(full, clock, {folder.path(), "example.com/erased"}).value().release();
  const std::unique_ptr<Proofs> owned(proofs);
  owned->step();
  const auto before = owned->checkpoint();
  const ProofFile kept = owned->prover().event({4}, before->checkpoint, before->note).value();
  REQUIRE(kept.entry.content);

  store->records[3] = codec::erase_content(store->records[3]).value();
  const ProofFile erased = owned->prover().event({4}, before->checkpoint, before->note).value();
  CHECK_FALSE(erased.entry.content);
  CHECK(erased.entry.leaf == kept.entry.leaf);
  CHECK(erased.entry.facts == kept.entry.facts);
  CHECK(proof_json(erased).find(base64(kept.entry.content->bytes)) == std::string::npos);
  CHECK(verify_proof(parse_proof(proof_json(erased)).value(), owned->key()).value() == before->checkpoint);
  // What was proven before the erasure still verifies with its holder, and another start finds the same tree.
  CHECK(verify_proof(kept, owned->key()));
  const auto again = Proofs::open(full, clock, {folder.path(), ""});
  REQUIRE(again);
  CHECK(again.value()->checkpoint()->checkpoint == before->checkpoint);
}

TEST_CASE("nothing beyond the checkpoint is proven") {
  ProofHouse house;
  house.open();
  house.append(5);
  house.hash();
  house.append(1);
  const auto signed_last = house.proofs->checkpoint();
  const Prover& prover = house.proofs->prover();
  CHECK(prover.event({6}, signed_last->checkpoint, signed_last->note).error().code == base::ErrorCode::not_found);
  CHECK(prover.event({0}, signed_last->checkpoint, signed_last->note).error().code == base::ErrorCode::not_found);
  CHECK(prover.inclusion(5, 5).error().code == base::ErrorCode::not_found);
  CHECK(prover.consistency(6, 5).error().code == base::ErrorCode::not_found);
  CHECK(prover.tile({0, 0, 6}, 5).error().code == base::ErrorCode::not_found);
  CHECK(prover.tile({0, 0, 5}, 5).value().size() == 160);
}

TEST_CASE("damaged hashes give no proof") {
  ProofHouse house;
  house.open();
  house.append(600);
  house.hash();
  house.flip_byte(house.level_file(0), 32 * 3);
  const auto signed_last = house.proofs->checkpoint();
  const Prover& prover = house.proofs->prover();
  CHECK(prover.event({3}, signed_last->checkpoint, signed_last->note).error().code == base::ErrorCode::corrupt);
  CHECK(prover.tile({0, 0, 256}, 600).error().code == base::ErrorCode::corrupt);
  CHECK(prover.event({500}, signed_last->checkpoint, signed_last->note));
}

TEST_CASE("a consistency file reads back and holds only for its checkpoints") {
  ProofHouse house;
  house.open();
  house.append(7);
  house.hash();
  const Checkpoint older = house.checkpoint();
  house.append(13);
  house.hash();
  const Checkpoint newer = house.checkpoint();
  const auto proof = house.proofs->prover().consistency(7, 20).value();
  const auto read = parse_consistency(consistency_json(proof)).value();
  CHECK(check_consistency(read, older, newer));
  CHECK_FALSE(check_consistency(read, newer, older));
  Checkpoint other = newer;
  other.root = older.root;
  CHECK_FALSE(check_consistency(read, older, other));
}

TEST_CASE("what is no proof file is malformed") {
  for (const auto* json : {"", "{}", "[]", R"({"format":"hansard-proof"})", R"({"format":"other","version":1})",
                           R"({"format":"hansard-proof","version":1,"checkpoint":"x","index":-1})"}) {
    INFO(json);
    CHECK(parse_proof(json).error().code == base::ErrorCode::malformed);
  }
  CHECK(parse_proof(R"({"format":"hansard-proof","version":2})").error().code == base::ErrorCode::unsupported);
}

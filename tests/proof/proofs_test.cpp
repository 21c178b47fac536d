#include "engine/proof/proofs.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "engine/codec/codec.h"
#include "engine/log/bulk_log.h"
#include "engine/log/witness.h"
#include "tests/proof/proof_fixture.h"

using namespace hansard;
using namespace hansard::proof;
using namespace hansard::proof::test;
namespace fs = std::filesystem;

TEST_CASE("an empty log has a signed checkpoint of size 0") {
  ProofHouse house;
  house.open();
  CHECK(house.checkpoint().size == 0);
  CHECK(house.checkpoint().root == empty_root());
  CHECK(house.checkpoint().origin == "hansard/" + house.log->meta("cluster_id").value());
  CHECK(fs::status(house.folder / "data/checkpoint.key").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("what is durable is hashed, signed, stored and witnessed") {
  ProofHouse house;
  house.open();
  house.append(300);
  CHECK(house.checkpoint().size == 0);
  house.hash();
  CHECK(house.checkpoint().size == 300);
  CHECK(house.checkpoint().root == house.expected_root(300));
  const std::string note = house.proofs->checkpoint()->note;
  CHECK(open_checkpoint(house.proofs->key(), note).value() == house.checkpoint());
  const ProofPaths paths(house.folder / "data");
  CHECK(load_checkpoint(paths, nullptr).value()->note == note);
  CHECK(house.log->hashed() == log::HashedPrefix{300, house.checkpoint().root});
  const Hash root = house.checkpoint().root;
  house.close();
  house.open_log();
  CHECK(house.log->hashed() == log::HashedPrefix{300, root});
}

TEST_CASE("another start goes on with the same key and the same tree") {
  ProofHouse house;
  house.open();
  house.append(10);
  house.hash();
  const Checkpoint before = house.checkpoint();
  const std::string key = house.proofs->key().text();
  house.close();
  house.open();
  CHECK(house.checkpoint() == before);
  CHECK(house.proofs->key().text() == key);
  CHECK(house.proofs->status().rebuilt == 0);
  house.append(600);
  house.hash();
  CHECK(house.checkpoint().root == house.expected_root(610));
  const auto consistency = house.proofs->prover().consistency(10, 610).value();
  CHECK(check_consistency(consistency, before, house.checkpoint()));
}

TEST_CASE("a log from before there were proofs is hashed from its beginning") {
  ProofHouse house;
  house.open_log();
  house.append(50);
  house.close();
  house.open();
  CHECK(house.checkpoint().size == 0);
  house.hash();
  CHECK(house.checkpoint().root == house.expected_root(50));
}

TEST_CASE("an origin is kept, and another one is refused") {
  ProofHouse house;
  house.open_log();
  house.open_proofs("example.com/chat");
  CHECK(house.checkpoint().origin == "example.com/chat");
  house.close();
  house.open();
  CHECK(house.checkpoint().origin == "example.com/chat");
  house.proofs.reset();
  CHECK(house.try_proofs("example.com/other").error().code == base::ErrorCode::refused);
  ProofHouse second;
  second.open_log();
  CHECK(second.try_proofs("with space").error().code == base::ErrorCode::malformed);
}

TEST_CASE("torn, missing or damaged hashes are made again and the start says so") {
  const unsigned level = GENERATE(0u, 1u);
  const std::string damage = GENERATE("remove", "cut", "flip");
  INFO(damage << " level " << level);
  ProofHouse house;
  house.open();
  house.append(700);
  house.hash();
  const Checkpoint before = house.checkpoint();
  house.close();
  const std::string file = house.level_file(level);
  if (damage == "remove") fs::remove(file);
  if (damage == "cut") fs::resize_file(file, 33);
  if (damage == "flip") house.flip_byte(file, 40);
  house.open();
  CHECK(house.proofs->status().rebuilt > 0);
  CHECK(house.checkpoint() == before);
  CHECK(house.proofs->prover().inclusion(1, 700));
}

TEST_CASE("a log that was rolled back refuses to start, and changes nothing") {
  ProofHouse house;
  house.open();
  house.append(20);
  house.hash();
  house.close();
  house.copy_log("old");
  house.open();
  house.append(20);
  house.hash();
  const std::string note = house.proofs->checkpoint()->note;
  house.close();
  house.restore_log("old");
  house.open_log();
  const auto refused = house.try_proofs();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::refused);
  CHECK(refused.error().detail.find("rolled back: it ends at position 20") != std::string::npos);
  CHECK(refused.error().detail.find("40") != std::string::npos);
  CHECK(load_checkpoint(ProofPaths(house.folder / "data"), nullptr).value()->note == note);
}

TEST_CASE("a log that was written again after the signed part was cut refuses to start") {
  ProofHouse house;
  house.open();
  house.append(20);
  house.hash();
  house.close();
  house.copy_log("old");
  house.open();
  house.append(20);
  house.hash();
  house.close();
  house.restore_log("old");
  house.open_log();
  // Other events at the same positions: record 41 cannot stand at 21, so these are of another time.
  for (std::uint64_t at = 21; at <= 45; ++at) {
    auto event = codec::decode(record_at(at)).value();
    event.time.ms += 1'000;
    std::string record;
    codec::encode({event, base::kPartition, {}, {}, {}}, record);
    const std::string_view view(record);
    REQUIRE(house.log->append(base::kPartition, {at - 1}, {&view, 1}) == log::AppendOutcome::appended);
  }
  const auto refused = house.try_proofs();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::refused);
  CHECK(refused.error().detail.find("not the one that was signed") != std::string::npos);
  CHECK(refused.error().detail.find("position that was changed is 21") != std::string::npos);
}

TEST_CASE("a checkpoint that was changed, or is another log's, refuses to start") {
  ProofHouse house, other;
  for (auto* one : {&house, &other}) {
    one->open();
    one->append(3);
    one->hash();
    one->close();
  }
  const std::string file = house.folder / "data/proofs/checkpoint";
  const auto size = fs::file_size(file);
  for (std::uint64_t at = 0; at < size; at += 7) {
    INFO(at);
    house.flip_byte(file, at);
    house.open_log();
    CHECK_FALSE(house.try_proofs());
    house.close();
    house.flip_byte(file, at);
  }
  fs::remove_all(house.folder / "data/proofs");
  fs::copy(other.folder / "data/proofs", house.folder / "data/proofs", fs::copy_options::recursive);
  house.open_log();
  CHECK_FALSE(house.try_proofs());
}

TEST_CASE("without its checkpoint the log is still held against the tail witness") {
  ProofHouse house;
  house.open();
  house.append(30);
  house.hash();
  const Checkpoint before = house.checkpoint();
  house.close();
  fs::remove_all(house.folder / "data/proofs");
  house.open_log();
  {
    house.open_proofs();
    CHECK(house.checkpoint() == before);
    house.close();
  }
  fs::remove_all(house.folder / "data/proofs");
  house.open_log();
  house.log->set_hashed({30, leaf_hash("another root")});
  const auto refused = house.try_proofs();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("the tail witness") != std::string::npos);
}

TEST_CASE("a lost key is replaced: the old checkpoint still counts, a new key signs from then on") {
  ProofHouse house;
  house.open();
  house.append(5);
  house.hash();
  const Checkpoint before = house.checkpoint();
  const std::string key = house.proofs->key().text();
  house.close();
  fs::remove(house.folder / "data/checkpoint.key");
  house.open();
  CHECK(house.checkpoint() == before);
  CHECK(house.proofs->key().text() != key);
  CHECK(open_checkpoint(house.proofs->key(), house.proofs->checkpoint()->note));
  house.close();
  house.open();
  CHECK(house.checkpoint() == before);
}

TEST_CASE("an accepted loss begins a new origin and keeps the last checkpoint of the old one") {
  ProofHouse house;
  house.open();
  house.append(20);
  house.hash();
  house.close();
  house.copy_log("old");
  house.open();
  house.append(20);
  house.hash();
  const std::string origin = house.checkpoint().origin;
  const std::string lost_note = house.proofs->checkpoint()->note;
  house.close();
  // The log ends at 20 again while the witness says 40.
  fs::remove_all(house.folder / "data/log");
  fs::copy(house.folder / "old/log", house.folder / "data/log", fs::copy_options::recursive);
  house.open_log(base::Position{20});
  REQUIRE(house.log->epoch() == 2);
  house.open_proofs();
  CHECK(house.checkpoint().origin == origin + "/epoch-2");
  CHECK(house.checkpoint().size == 0);
  house.append(5);
  house.hash();
  CHECK(house.checkpoint().size == 25);
  CHECK(house.checkpoint().root == house.expected_root(25));
  std::ifstream aside(house.folder / "data/proofs/checkpoint.epoch-1");
  CHECK(std::string(std::istreambuf_iterator<char>(aside), {}) == lost_note);
  house.close();
  house.open();
  CHECK(house.checkpoint().size == 25);
}

TEST_CASE("a checkpoint of an epoch whose end nobody knows any more is set aside") {
  ProofHouse house;
  house.open();
  house.append(20);
  house.hash();
  const std::string cluster = house.log->meta("cluster_id").value();
  const std::string note = house.proofs->checkpoint()->note;
  house.close();
  // A log that lost what stood after 10, in epoch 2, and was restored since: it knows where epoch 3 began only.
  auto bulk = log::BulkLog::create(house.folder.path("restored")).value();
  auto stretch = bulk->begin({1}).value();
  for (std::uint64_t at = 1; at <= 30; ++at) {
    REQUIRE(stretch->put(record_at(at <= 10 ? at : at + 100)).has_value());
  }
  REQUIRE(stretch->end().has_value());
  REQUIRE(bulk->finish({*base::parse_uuid(cluster), 3, log::Position{30}}).has_value());
  for (const std::string name : {"log", "log.witness"}) {
    fs::remove_all(house.folder / ("data/" + name));
    fs::rename(house.folder / ("restored/" + name), house.folder / ("data/" + name));
  }
  house.open();
  CHECK(house.checkpoint().origin.ends_with("/epoch-3"));
  std::ifstream aside(house.folder / "data/proofs/checkpoint.epoch-1");
  CHECK(std::string(std::istreambuf_iterator<char>(aside), {}) == note);
}

TEST_CASE("an acceptance that was broken off and done again leaves a store that starts") {
  ProofHouse house;
  house.open();
  house.append(20);
  house.hash();
  house.close();
  // The first one came as far as its witness.
  auto reading = log::read_witness(house.folder / "data/log.witness").value();
  reading.witness.epoch = 2;
  REQUIRE(log::WitnessFile::open(house.folder / "data/log.witness", reading.sequence).value().write(reading.witness));
  house.open_log(base::Position{20});
  REQUIRE(house.log->epoch() == 3);
  house.open_proofs();
  CHECK(house.checkpoint().size == 20);  // checked, and taken over
  CHECK_FALSE(fs::exists(house.folder / "data/proofs/checkpoint.epoch-1"));
}

TEST_CASE("a log that is not the one signed goes on under a new origin once its operator gives that up") {
  ProofHouse house, other;
  for (auto* one : {&house, &other}) {
    one->open();
    one->append(one == &house ? 20 : 10);
    one->hash();
    one->close();
  }
  // Another log's events under this one's checkpoint; then proofs and witness moved away, as OPERATIONS says.
  fs::remove_all(house.folder / "data/log");
  fs::copy(other.folder / "data/log", house.folder / "data/log", fs::copy_options::recursive);
  fs::rename(house.folder / "data/proofs", house.folder / "evidence");
  fs::remove(house.folder / "data/log.witness");
  house.open_log(base::Position{10});
  house.open_proofs();
  CHECK(house.checkpoint().origin.ends_with("/epoch-2"));
  house.hash();
  CHECK(house.checkpoint().root == house.expected_root(10));
}

TEST_CASE("a loss above everything signed leaves the signed part to be checked") {
  ProofHouse house;
  house.open();
  house.append(20);
  house.hash();
  const Checkpoint before = house.checkpoint();
  house.close();
  house.copy_log("old");
  house.open_log();
  house.append(20);  // never hashed
  house.close();
  fs::remove_all(house.folder / "data/log");
  fs::copy(house.folder / "old/log", house.folder / "data/log", fs::copy_options::recursive);
  house.open_log(base::Position{20});
  house.open_proofs();
  CHECK(house.checkpoint().size == 20);
  CHECK(house.checkpoint().root == before.root);
  CHECK(house.checkpoint().origin != before.origin);
}

TEST_CASE("hashes that cannot be written stop proofs and nothing else") {
  ProofHouse house;
  house.open();
  fs::remove_all(house.folder / "data/proofs");
  house.append(3);
  house.hash();
  CHECK(house.proofs->status().trouble);
  CHECK(house.checkpoint().size == 0);
  house.append(3);
  house.hash();
  CHECK(house.durable() == 6);
}

#include <catch2/catch.hpp>

#include "engine/log/witness.h"
#include "tests/log/damage_fixture.h"

namespace hansard::log {
namespace {

Witness witness_of(std::uint64_t durable) {
  Witness witness;
  witness.epoch = 1;
  witness.durable = {durable};
  return witness;
}

TEST_CASE("each slot of a witness is judged by itself") {
  TempFolder folder;
  const std::string path = folder.path("log.witness");
  {
    auto file = WitnessFile::open(path, 0);
    REQUIRE(file.value().write(witness_of(7)));
  }
  auto once = judge_witness_slots(read_file(path));
  CHECK(once[0].state == WitnessFileState::absent);
  CHECK(once[1].state == WitnessFileState::valid);
  CHECK(once[1].witness.durable.value == 7);
  {
    auto file = WitnessFile::open(path, 1);
    REQUIRE(file.value().write(witness_of(9)));
  }
  auto twice = judge_witness_slots(read_file(path));
  CHECK(twice[0].sequence == 2);
  CHECK(twice[0].witness.durable.value == 9);
  garble(path, kWitnessSlotStride + 50, 1);
  auto torn = judge_witness_slots(read_file(path));
  CHECK(torn[0].state == WitnessFileState::valid);
  CHECK(torn[1].state == WitnessFileState::unreadable);
  const std::string cut = read_file(path).substr(0, kWitnessSlotStride + kWitnessSlotBytes - 1);
  CHECK(judge_witness_slots(cut)[1].state == WitnessFileState::unreadable);
  CHECK(judge_witness_slots("")[0].state == WitnessFileState::absent);
}

}  // namespace
}  // namespace hansard::log

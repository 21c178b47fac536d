#include "engine/log/witness.h"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/log/log_fixture.h"

namespace hansard::log {

namespace {
Witness witness_at(std::uint64_t position) {
  Witness witness;
  witness.cluster.fill(7);
  witness.epoch = 3;
  witness.durable = {position};
  witness.hashed_size = position / 2;
  witness.root.fill(static_cast<std::uint8_t>(position));
  return witness;
}

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

std::string slot(const std::string& path, std::size_t index) {
  return content_of(path).substr(index * kWitnessSlotStride, kWitnessSlotBytes);
}

void garble_byte(const std::string& path, std::size_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  char byte = static_cast<char>(file.get() ^ 0x40);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

void write_all(const std::string& path, std::initializer_list<std::uint64_t> positions) {
  auto reading = read_witness(path).value();
  auto file = WitnessFile::open(path, reading.sequence).value();
  for (auto position : positions) REQUIRE(file.write(witness_at(position)).has_value());
}
}  // namespace

TEST_CASE("without a file there is no witness, and looking makes none") {
  TempFolder temp;
  REQUIRE(read_witness(temp / "w").value().state == WitnessFileState::absent);
  REQUIRE_FALSE(fs::exists(temp / "w"));
}

TEST_CASE("what was witnessed last is read back") {
  TempFolder temp;
  write_all(temp / "w", {1, 2, 3});
  auto reading = read_witness(temp / "w").value();
  REQUIRE(reading.state == WitnessFileState::valid);
  REQUIRE(reading.witness == witness_at(3));
  write_all(temp / "w", {2});  // lower, after an accepted loss: the last one written counts
  REQUIRE(read_witness(temp / "w").value().witness == witness_at(2));
}

TEST_CASE("witness slots alternate") {
  TempFolder temp;
  write_all(temp / "w", {1, 2});
  std::string even = slot(temp / "w", 0), odd = slot(temp / "w", 1);
  write_all(temp / "w", {3});
  REQUIRE(slot(temp / "w", 0) == even);
  REQUIRE(slot(temp / "w", 1) != odd);
  write_all(temp / "w", {4});
  REQUIRE(slot(temp / "w", 0) != even);
}

TEST_CASE("a slot garbled at any byte leaves the other one") {
  TempFolder temp;
  write_all(temp / "w", {10, 11});  // 11 is in slot 0
  for (std::size_t at = 0; at < kWitnessSlotBytes; ++at) {
    garble_byte(temp / "w", at);
    auto reading = read_witness(temp / "w").value();
    CAPTURE(at);
    REQUIRE(reading.state == WitnessFileState::valid);
    REQUIRE(reading.witness == witness_at(10));
    garble_byte(temp / "w", at);
  }
  REQUIRE(read_witness(temp / "w").value().witness == witness_at(11));
}

TEST_CASE("a file cut at any byte gives a slot that was whole, or is unreadable") {
  TempFolder temp;
  write_all(temp / "w", {10, 11});
  const auto size = fs::file_size(temp / "w");
  for (std::uintmax_t cut = 0; cut < size;
       cut += cut < 2 * kWitnessSlotBytes || cut > kWitnessSlotStride - 8 ? 1 : 97) {
    fs::copy_file(temp / "w", temp / "cut", fs::copy_options::overwrite_existing);
    fs::resize_file(temp / "cut", cut);
    auto reading = read_witness(temp / "cut").value();
    CAPTURE(cut);
    REQUIRE(reading.state == (cut < kWitnessSlotBytes ? WitnessFileState::unreadable : WitnessFileState::valid));
    if (cut >= kWitnessSlotBytes) REQUIRE(reading.witness == witness_at(11));
  }
}

TEST_CASE("a running log is witnessed at every interval in which it grew, and at close") {
  TempFolder temp;
  LogOptions options = quiet_options();
  options.witness_interval_ms = 1;
  {
    auto log = open_log(temp / "data", options).log;
    append(*log, 5);
    while (read_witness(temp / "data/log.witness").value().witness.durable != Position{5}) {
    }
  }
  {
    auto log = open_log(temp / "data").log;
    append(*log, 2);
    REQUIRE(read_witness(temp / "data/log.witness").value().witness.durable == Position{5});
  }
  auto reading = read_witness(temp / "data/log.witness").value();
  REQUIRE(reading.witness.durable == Position{7});
  REQUIRE(reading.witness.epoch == 1);
  REQUIRE(reading.witness.root == base::Digest{});
}

}  // namespace hansard::log

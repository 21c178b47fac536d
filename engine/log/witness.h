// The tail witness: a side file that says how far the log was durable, so that a log whose end was cut, deleted or
// rolled back is noticed. RocksDB itself opens such a log without a word. Two slots are written in turn, each with a
// CRC of its own: a slot torn by a power cut leaves the other one, a second older, which is still a true lower bound.
// The byte layout is in docs/LOG_FORMAT.md, "Files on disk".
//
// Invariant: what the file says was durable before it was written.
// Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::log {

struct Witness {
  std::array<std::uint8_t, 16> cluster{};
  std::uint32_t epoch = 0;
  base::Position durable;
  std::uint64_t hashed_size = 0;  // leaves under `root`; behind `durable`, since hashing is
  base::Digest root{};            // RFC 6962; zero while nothing is hashed
  bool operator==(const Witness&) const = default;
};

enum class WitnessFileState { absent, unreadable, newer, valid };

struct WitnessReading {
  WitnessFileState state = WitnessFileState::absent;
  Witness witness;             // of the newest valid slot
  std::uint64_t sequence = 0;  // of that slot
};

// Writes nothing. An `io` error means that the file is there and cannot be read.
base::Result<WitnessReading> read_witness(const std::string& path);

// Each slot by itself, for verification: `absent` when it was never written.
struct WitnessSlot {
  WitnessFileState state = WitnessFileState::absent;
  Witness witness;
  std::uint64_t sequence = 0;
};
// `bytes` is the whole file.
std::array<WitnessSlot, 2> judge_witness_slots(std::string_view bytes);

// Owns: a descriptor.
class WitnessFile {
 public:
  // Creates the file, durably, when there is none; `last_sequence` is that of the reading.
  static base::Result<WitnessFile> open(const std::string& path, std::uint64_t last_sequence);
  WitnessFile(WitnessFile&& other) noexcept;
  WitnessFile& operator=(WitnessFile&& other) noexcept;
  ~WitnessFile();

  // On stable storage on return.
  base::Result<void> write(const Witness& witness);
  const std::string& path() const { return path_; }

 private:
  WitnessFile(std::string path, int descriptor, std::uint64_t sequence);
  std::string path_;
  int descriptor_;
  std::uint64_t sequence_;
};

inline constexpr std::size_t kWitnessSlotBytes = 128;
inline constexpr std::size_t kWitnessSlotStride = 4'096;  // a page each, so that a torn write hits one

}  // namespace hansard::log

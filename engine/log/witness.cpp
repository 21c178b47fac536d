#include "engine/log/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "engine/base/durable_file.h"

namespace hansard::log {

namespace {
constexpr std::string_view kMagic = "HANSARDW";
constexpr std::uint32_t kFormat = 1;

constexpr std::size_t kCrcAt = 8, kFormatAt = 12, kSequenceAt = 16, kClusterAt = 24, kEpochAt = 40, kDurableAt = 48,
                      kHashedSizeAt = 56, kRootAt = 64;

using Slot = std::array<char, kWitnessSlotBytes>;

template <class T>
void put(Slot& slot, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) slot[at + i] = static_cast<char>(value >> (8 * i));
}

template <class T>
T take(const Slot& slot, std::size_t at) {
  T value = 0;
  for (std::size_t i = sizeof value; i-- > 0;)
    value = static_cast<T>(value << 8 | static_cast<std::uint8_t>(slot[at + i]));
  return value;
}

std::uint32_t crc_of(const Slot& slot) {
  return base::crc32c(std::string_view(slot.data(), slot.size()).substr(kFormatAt));
}

Slot slot_of(const Witness& witness, std::uint64_t sequence) {
  Slot slot{};
  std::memcpy(slot.data(), kMagic.data(), kMagic.size());
  put(slot, kFormatAt, kFormat);
  put(slot, kSequenceAt, sequence);
  std::memcpy(slot.data() + kClusterAt, witness.cluster.data(), witness.cluster.size());
  put(slot, kEpochAt, witness.epoch);
  put(slot, kDurableAt, witness.durable.value);
  put(slot, kHashedSizeAt, witness.hashed_size);
  std::memcpy(slot.data() + kRootAt, witness.root.data(), witness.root.size());
  put(slot, kCrcAt, crc_of(slot));
  return slot;
}

bool is_whole(const Slot& slot) {
  return std::string_view(slot.data(), kMagic.size()) == kMagic && take<std::uint32_t>(slot, kCrcAt) == crc_of(slot);
}

Witness witness_in(const Slot& slot) {
  Witness witness;
  std::memcpy(witness.cluster.data(), slot.data() + kClusterAt, witness.cluster.size());
  witness.epoch = take<std::uint32_t>(slot, kEpochAt);
  witness.durable = {take<std::uint64_t>(slot, kDurableAt)};
  witness.hashed_size = take<std::uint64_t>(slot, kHashedSizeAt);
  std::memcpy(witness.root.data(), slot.data() + kRootAt, witness.root.size());
  return witness;
}

void consider(const Slot& slot, WitnessReading& reading) {
  if (!is_whole(slot)) return;
  std::uint64_t sequence = take<std::uint64_t>(slot, kSequenceAt);
  if (reading.state != WitnessFileState::unreadable && sequence < reading.sequence) return;
  reading.sequence = sequence;
  reading.state = take<std::uint32_t>(slot, kFormatAt) > kFormat ? WitnessFileState::newer : WitnessFileState::valid;
  reading.witness = witness_in(slot);
}
}  // namespace

base::Result<WitnessReading> read_witness(const std::string& path) {
  WitnessReading reading;
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return reading;
  if (descriptor < 0) return base::system_error("cannot read the tail witness", path);
  reading.state = WitnessFileState::unreadable;
  for (std::size_t i = 0; i < 2; ++i) {
    Slot slot{};
    ssize_t got = ::pread(descriptor, slot.data(), slot.size(), static_cast<off_t>(i * kWitnessSlotStride));
    if (got == static_cast<ssize_t>(slot.size())) consider(slot, reading);
  }
  ::close(descriptor);
  return reading;
}

std::array<WitnessSlot, 2> judge_witness_slots(std::string_view bytes) {
  std::array<WitnessSlot, 2> slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot stored{};
    const std::string_view there = bytes.substr(std::min(bytes.size(), i * kWitnessSlotStride), stored.size());
    std::memcpy(stored.data(), there.data(), there.size());
    if (there.size() != stored.size()) {
      if (!there.empty()) slots[i].state = WitnessFileState::unreadable;
      continue;
    }
    if (stored == Slot{}) continue;
    WitnessReading reading;
    consider(stored, reading);
    slots[i] = {reading.state, reading.witness, reading.sequence};
    if (reading.state == WitnessFileState::absent) slots[i].state = WitnessFileState::unreadable;
  }
  return slots;
}

WitnessFile::WitnessFile(std::string path, int descriptor, std::uint64_t sequence)
    : path_(std::move(path)), descriptor_(descriptor), sequence_(sequence) {}

WitnessFile::WitnessFile(WitnessFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), sequence_(other.sequence_) {}

WitnessFile& WitnessFile::operator=(WitnessFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(sequence_, other.sequence_);
  return *this;
}

WitnessFile::~WitnessFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<WitnessFile> WitnessFile::open(const std::string& path, std::uint64_t last_sequence) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return base::system_error("cannot open the tail witness", path);
  // Room for both slots, so that a full disk does not refuse the second; where it cannot be had, it is met later.
  [[maybe_unused]] const int refused = ::fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, 2 * kWitnessSlotStride);
  WitnessFile file(path, descriptor, last_sequence);
  TRY(base::sync_folder(std::filesystem::path(path).parent_path().string()));
  return file;
}

base::Result<void> WitnessFile::write(const Witness& witness) {
  const std::uint64_t sequence = sequence_ + 1;
  const Slot slot = slot_of(witness, sequence);
  const auto at = static_cast<off_t>(sequence % 2 * kWitnessSlotStride);
  if (::pwrite(descriptor_, slot.data(), slot.size(), at) != static_cast<ssize_t>(slot.size()) ||
      ::fdatasync(descriptor_) != 0) {
    return base::system_error("cannot write the tail witness", path_);
  }
  sequence_ = sequence;
  return base::success();
}

}  // namespace hansard::log

#include "replay/verify/witness_check.h"

#include <algorithm>
#include <filesystem>

#include "engine/base/whole_file.h"
#include "engine/log/witness.h"

namespace hansard::verify {

namespace {
constexpr char kWitness[] = "log.witness";
using log::WitnessFileState;

bool is_slot_byte(std::size_t at) {
  return at % log::kWitnessSlotStride < log::kWitnessSlotBytes && at < 2 * log::kWitnessSlotStride;
}

void check_between(const std::string& bytes, Check& check) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (is_slot_byte(at) || bytes[at] == 0) continue;
    Damage damage;
    damage.file = kWitness;
    damage.file_byte = at;
    damage.what = "a byte outside the two slots of the witness is not zero";
    return check.damaged(std::move(damage));
  }
}

void check_against_log(const log::WitnessSlot& newest, const Store& store, bool is_sealed, Check& check) {
  const log::Witness& witness = newest.witness;
  if (witness.cluster != store.cluster)
    return check.damaged(kWitness, "the witness is of another cluster than the log");
  if (witness.epoch > store.engine->epoch())
    return check.damaged(kWitness, "the witness is of a later epoch than the log");
  const base::Position end = store.engine->durable();
  const std::string says = "the witness says that position " + std::to_string(witness.durable.value) +
                           " was durable, the log ends at " + std::to_string(end.value);
  if (witness.durable > end || (is_sealed && witness.durable < end)) check.damaged(kWitness, says);
}

// After a clean close both slots are whole (one, when the file is new); a power cut may tear the one being written.
void check_slots(const std::string& bytes, const Store& store, Check& check) {
  const auto slots = log::judge_witness_slots(bytes);
  const DatabaseFiles* files = store.database("log");
  const bool is_sealed = files != nullptr && files->is_sealed;
  const log::WitnessSlot* newest = nullptr;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    check.add(slots[i].state == WitnessFileState::absent ? 0 : 1);
    if (slots[i].state == WitnessFileState::valid && (!newest || slots[i].sequence > newest->sequence)) {
      newest = &slots[i];
    }
    if (slots[i].state != WitnessFileState::unreadable) continue;
    const std::string which = "slot " + std::to_string(i) + " of the witness is broken";
    if (!is_sealed && slots[1 - i].state == WitnessFileState::valid) {
      check.note(which + ", as a power cut may leave it; the other one counts");
      continue;
    }
    Damage damage;
    damage.file = kWitness;
    damage.file_byte = i * log::kWitnessSlotStride;
    damage.what = which;
    check.damaged(std::move(damage));
  }
  if (!newest) return check.is_sound() ? check.damaged(kWitness, "the witness says nothing") : void();
  const auto& other = newest == &slots[0] ? slots[1] : slots[0];
  if (other.state == WitnessFileState::absent && newest->sequence > 1) {
    check.damaged(kWitness, "a slot of the witness is gone");
  }
  check_against_log(*newest, store, is_sealed, check);
}
}  // namespace

void check_witness(const Store& store, Findings& findings) {
  Check check(findings, "witness", "I3", "slots");
  const std::string path = store.data + "/" + kWitness;
  std::error_code problem;
  if (!store.engine) return check.skip("the log cannot be opened");
  if (!std::filesystem::exists(path, problem)) {
    if (!store.engine->durable()) return check.skip("nothing was appended yet");
    return check.damaged(kWitness, "the log has events and no witness that says how many there were");
  }
  auto bytes = base::read_whole_file(path);
  if (!bytes) return check.damaged(kWitness, bytes.error().detail);
  check_between(bytes.value(), check);
  check_slots(bytes.value(), store, check);
}

}  // namespace hansard::verify

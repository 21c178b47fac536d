// What a store has promised so far: which commands were acknowledged and with which records, the newest checkpoint it
// has shown. Kept as the notes in the journal (disk_journal.h), which stand in the order in which things happened, and
// given to the next process that opens the store.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/faults/disk_journal.h"

namespace hansard::faults {

// What command `number` was answered: records `first` to `last`; 0: nothing changed, or a rejection.
struct Outcome {
  std::uint64_t number = 0;
  std::uint64_t first = 0, last = 0;
  std::string leaves;  // SHA-256 over their leaves, in hex
};

struct ShownCheckpoint {
  std::string key;   // the verifier's
  std::string note;  // signed
};

struct Promises {
  std::map<std::uint64_t, Outcome> commands;
  std::optional<ShownCheckpoint> checkpoint;
  bool has_consumer = false;

  // Takes a note of a journal; others it does not know.
  void take(const std::string& note);
  void save(const std::string& path) const;
  static Promises load(const std::string& path);
};

std::string note_of(const Outcome& outcome);
std::string note_of(const ShownCheckpoint& shown);
inline constexpr char kConsumerNote[] = "consumer";
inline constexpr char kOpenNote[] = "open";      // everything is open and recovered
inline constexpr char kStopNote[] = "stopping";  // the load is over

}  // namespace hansard::faults

// What to do with the log found at start: a pure function from observations to a decision, written as a table and
// tested over every combination. The observations are made by preflight.h, which writes nothing; the decision is
// carried out by open_log.cpp.
//
// Law: a log that is not provably whole does not open, unless its operator names exactly the position after which
// everything is lost.
// Source: docs/LOG_FORMAT.md, "Opening and recovery"; the form is TigerBeetle's journal recovery cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/ids.h"

namespace hansard::log {

// `unopenable`: there are files, and RocksDB cannot make a database of them.
enum class LogState { absent, empty, filled, unopenable };
enum class Format { current, newer };
// `behind_end` is the normal one: what the witness says was durable is there. `foreign`: of another cluster, or of a
// later epoch than the log.
enum class WitnessState { absent, unreadable, newer, foreign, ahead_of_end, behind_end };
enum class Positions { dense, gap };
// `torn`: the last record is incomplete, as a crash leaves it; it was never acknowledged. `damaged`: a record written
// after the place where recovery stops.
enum class WalTail { clean, torn, damaged };
// `exact`: the operator named the last position that can be kept.
enum class Consent { none, other, exact };

struct Observation {
  LogState log = LogState::absent;
  Format format = Format::current;
  WitnessState witness = WitnessState::absent;
  Positions positions = Positions::dense;
  WalTail wal = WalTail::clean;
  Consent consent = Consent::none;
};

enum class Finding {
  fresh,  // nothing is there yet
  sound,
  newer_format,
  log_missing,     // a witness without a log
  log_unopenable,  // CURRENT, MANIFEST or a table is missing or broken
  gap,             // positions are missing below the end
  wal_damaged,     // acknowledged records stand behind broken ones
  tail_missing,    // the log ends before its witness
  witness_foreign,
  witness_missing  // events, and nothing that says how many there were
};

enum class Action { create, open, accept_loss, refuse };

struct Decision {
  Finding finding;
  Action action;
  bool operator==(const Decision&) const = default;
};

Decision decide(const Observation& seen);

// Which row of the table that is, from 0.
inline constexpr std::size_t kRecoveryRows = 12;
std::size_t recovery_row(const Observation& seen);

// What the sentence for the operator is made of.
struct DamageReport {
  Finding finding = Finding::sound;
  std::string folder;
  base::Position intact_end;  // the last position that can be kept
  base::Position log_end;     // the last position found
  base::Position witnessed;   // what the witness says was durable; 0 when it says nothing
  Consent consent = Consent::none;
  std::string detail;  // RocksDB's words, when it said something
};

// What is lost, how to restore, and the option that accepts the loss.
std::string refusal_sentence(const DamageReport& report);

}  // namespace hansard::log

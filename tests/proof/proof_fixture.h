// A data folder with a log of messages and its proofs, and verbs for what tests do with them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/log/rocks_log.h"
#include "engine/proof/proofs.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

namespace hansard::proof::test {

// The record of a message "text <position>".
std::string record_at(std::uint64_t position);

class ProofHouse {
 public:
  // The log on RocksDB, opened as the product opens it.
  void open_log(std::optional<log::Position> accept_loss_after = std::nullopt);
  void append(std::uint64_t count);
  // Opens the proofs on the open log; fails the test when they do not open.
  void open_proofs(const std::string& origin = "");
  Result<std::unique_ptr<Proofs>> try_proofs(const std::string& origin = "");
  // Everything the log has, hashed and signed.
  void hash() { proofs->step(); }
  void close();
  void open() {
    open_log();
    open_proofs();
  }

  std::uint64_t durable() const { return log->durable(base::kPartition).value; }
  Checkpoint checkpoint() const { return proofs->checkpoint()->checkpoint; }
  // By the recursive definition, from the records.
  Hash expected_root(std::uint64_t size) const;
  std::string level_file(unsigned level) const { return folder / ("data/proofs/v1/level-" + std::to_string(level)); }
  void flip_byte(const std::string& path, std::uint64_t at) const;
  // The log and its witness put back as they were copied, everything else as it is: a rollback.
  void copy_log(const std::string& to) const;
  void restore_log(const std::string& from) const;

  support::TempFolder folder;  // the data folder is `data` in it
  support::ManualClock clock;
  std::unique_ptr<log::EventLog> log;
  std::unique_ptr<Proofs> proofs;
};

}  // namespace hansard::proof::test

// How far deliveries and timers have come: the small synced store at <data>/outbox/, outside the views, so that no
// rebuild fires anything again. RocksDB with its WAL, every write synced; the only includer of it in this room.
//
// Invariant: what write() was given is durable on return, all of it or none.
// Thread: any. Owns: the folder.
// Limits: a few rows and a bounded list of dead letters per subscriber; nothing here grows with the log.
// Errors: a read or write that fails ends the process (engine/base/stop_process.h).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace hansard::process {

class ProgressStore {
 public:
  struct Row {
    std::string key;
    std::string value;
  };
  // No value: the row goes.
  struct Change {
    std::string key;
    std::optional<std::string> value;
  };

  // Opens or creates. `in_use` when another process holds it, `unsupported` for rows of a newer build, `corrupt` when
  // it cannot be read: it is not derived from the log, so nobody sets it aside.
  static base::Result<std::unique_ptr<ProgressStore>> open(const std::string& folder);
  ~ProgressStore();

  std::optional<std::string> get(std::string_view key) const;
  // Rows whose keys begin with `prefix` and lie above `after` ("" for all), ascending.
  std::vector<Row> list(std::string_view prefix, std::string_view after, std::size_t limit) const;
  void write(std::span<const Change> changes);

 private:
  struct Database;
  explicit ProgressStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace hansard::process

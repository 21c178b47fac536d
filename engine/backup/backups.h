// Backups of a running server, on request: one at a time, on a thread of its own, into a folder that its operator
// configured. What is there is what the folder holds; the newest attempt is remembered when it failed.
//
// Thread: any. start() returns at once.
// Owns: one thread while a backup is made; the destructor breaks that off, before or after the
// log is copied (backup_folder.h), and nothing is left of it.
// Limits: kListedMax backups are listed, the newest by name last.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/backup/backup_folder.h"
#include "engine/log/event_log.h"

namespace hansard::backup {

inline constexpr std::size_t kListedMax = 1'000;

enum class BackupState { running, done, failed };

struct BackupStatus {
  BackupState state = BackupState::done;
  BackupManifest manifest;  // of one that is done; else only its name
  std::string problem;      // of one that failed
};

class Backups {
 public:
  // `folder` empty: none was configured. `log` outlives it.
  Backups(std::string data, std::string folder, const log::EventLog& log, base::Clock& clock);
  ~Backups();

  // The name it was given, or its time ("2024-01-01T00-00-00Z") for an empty one. Errors: refused (no folder is
  // configured), malformed (the name), in_use (another one is being made), not new: `refused` with the name.
  Result<BackupStatus> start(const std::string& name);
  std::vector<BackupStatus> list() const;
  std::optional<BackupStatus> find(const std::string& name) const;
  bool is_configured() const { return !folder_.empty(); }

 private:
  void run(const std::string& name);

  const std::string data_, folder_;
  const log::EventLog& log_;
  base::Clock& clock_;
  std::atomic<bool> is_stopping_ = false;
  mutable std::mutex mutex_;
  std::optional<BackupStatus> latest_;  // the one that is being made, or failed
  std::thread thread_;
};

}  // namespace hansard::backup

// Backups of a running server, on request: one at a time, on a thread of its own, into a folder that its operator
// configured. What is there is what the folder holds; the newest attempt is remembered when it failed.
//
// Thread: any. start() returns at once.
// Owns: one thread while a backup is made; the destructor breaks that off, before or after the
// log is copied (backup_folder.h), and nothing is left of it.
// Limits: kListedMax backups are listed, the newest by name last.
#pragma once

#include <atomic>
#include <functional>
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

struct BackupCounts {
  std::uint64_t failed = 0;     // since the start; one that a stop broke off did not fail
  base::Timestamp last_made{};  // the newest one that is whole, of those in the folder too; 0: there is none
};

// Makes the folder where it is not there. `refused`, in a sentence, where backups cannot be written into it.
Result<void> check_backup_folder(const std::string& folder);

class Backups {
 public:
  // On the thread that made it, which must not wait for this object.
  using Trouble = std::function<void(const std::string& name, const base::Error&)>;

  // `folder` empty: none was configured. `log` outlives it. `tell` hears of each one that failed.
  Backups(std::string data, std::string folder, const log::EventLog& log, base::Clock& clock, Trouble tell = {});
  ~Backups();

  // The name it was given, or its time ("2024-01-01T00-00-00Z") for an empty one. Errors: refused (no folder is
  // configured), malformed (the name), in_use (another one is being made), not new: `refused` with the name.
  Result<BackupStatus> start(const std::string& name);
  std::vector<BackupStatus> list() const;
  std::optional<BackupStatus> find(const std::string& name) const;
  BackupCounts counts() const;
  bool is_configured() const { return !folder_.empty(); }

 private:
  void run(const std::string& name);
  void keep_failure(const std::string& name, const base::Error& error);

  const std::string data_, folder_;
  const log::EventLog& log_;
  base::Clock& clock_;
  const Trouble tell_;
  std::atomic<bool> is_stopping_ = false;
  mutable std::mutex mutex_;
  std::optional<BackupStatus> latest_;  // the one that is being made, or failed
  BackupCounts counts_;
  std::thread thread_;
};

}  // namespace hansard::backup

// The disk as the process under test sees it: every call below one folder is recorded in a journal (disk_journal.h),
// may fail as a plan says (fault_plan.h), and is otherwise carried out on the real file system. Nothing is really
// synced: a sync is a record, and what it means is decided when the power is cut.
//
// It stands below libc (disk_calls.cpp defines open, pwrite, fsync, rename ... in this program), so RocksDB, SQLite,
// libstdc++ and our own code all go through it, with the file systems and directory syncs they have in production.
// docs/adr/0044 says why not as a FileSystemWrapper.
//
// On only where the environment names a folder (kRootVariable); otherwise every call is passed on.
//
// Thread: any; one lock, held over the call and its record, so that the journal has the order of the calls.
// Not seen: io_uring and writable memory maps, which the house under test does not use (a test holds the journal
// against the folder); RocksDB's trace and lock files and SQLite's shared memory, which hold no state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tests/faults/disk_journal.h"
#include "tests/faults/fault_plan.h"

namespace hansard::faults {

inline constexpr char kRootVariable[] = "HANSARD_FAULTS_ROOT";
inline constexpr char kJournalVariable[] = "HANSARD_FAULTS_JOURNAL";
inline constexpr char kPlanVariable[] = "HANSARD_FAULTS_PLAN";

// Is it state, which a power cut is about? `path` is below the folder.
bool is_state(std::string_view path);

class DiskRecorder {
 public:
  // Nothing: this process is not under test.
  static DiskRecorder* get();

  // The path below the folder; nothing: not ours.
  std::optional<std::string> path_of(int folder, const char* path) const;

  int open(int folder, const char* path, int flags, mode_t mode);
  void close(int descriptor);
  ssize_t write(int descriptor, const char* bytes, std::size_t count, std::optional<off_t> at);
  ssize_t read(int descriptor, char* into, std::size_t count, std::optional<off_t> at);
  int resize(int descriptor, off_t size);
  int resize(const std::string& path, const char* full, off_t size);
  int grow(int descriptor, off_t size);
  int sync(int descriptor);
  int rename(const std::string& from, const std::string& to, const char* full_from, const char* full_to);
  int link(const std::string& from, const std::string& to, const char* full_from, const char* full_to);
  int remove(const std::string& path, int folder, const char* full, int flags);
  int make_folder(const std::string& path, int folder, const char* full, mode_t mode);
  void note(std::string text);
  std::optional<std::uint64_t> space_told();

  // Is this descriptor one of ours?
  bool has(int descriptor);

 private:
  struct File {
    std::uint64_t inode = 0;
    std::string path;
  };
  DiskRecorder(std::string root, const std::string& journal, std::string_view plan);
  const File* find(int descriptor);
  void record(Op op);
  bool fails(Call call, std::string_view path);
  ssize_t write_some(int descriptor, const char* bytes, std::size_t count, off_t at, std::size_t allowed);

  const std::string root_;
  int journal_ = -1;
  std::mutex mutex_;
  FaultPlan plan_;
  std::uint64_t ops_ = 0;
  std::unordered_map<int, File> files_;
};

// Records a note, where there is a recorder.
void note(const std::string& text);

}  // namespace hansard::faults

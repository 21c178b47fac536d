// The thread that folds sealed overlays into the database, oldest first, frees what was folded, and reads which
// commands the database knows; and another for what takes as long as the database is large, so that no fold waits for
// it: taking off the disk what an erasure replaced, and compacting expired commands away.
//
// Thread: every method from the sequencer's. Owns its threads. Limit: two overlays wait; the third makes `add` wait.
// Without threads `step` does the work, and who would wait does it himself.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/index/known_commands.h"
#include "engine/index/row_store.h"
#include "engine/index/rows.h"

namespace hansard::index {

// Rows that are not in the database yet. Immutable once handed to the folder.
struct Overlay {
  Rows rows;
  Checkpoint checkpoint;
  std::size_t events = 0;
  std::atomic<bool> folded = false;
};

class Folder {
 public:
  Folder(RowStore& store, bool has_threads);
  // Finishes the overlay in hand; those that wait are not folded. A compaction is broken off.
  ~Folder();

  void add(std::shared_ptr<Overlay> overlay);
  // Takes the last reference of a folded overlay away from the caller's thread.
  void discard(std::shared_ptr<Overlay> overlay);
  void drop_expired_commands();
  // Once everything added so far, which is the fold up to `through`, is in the database, what it replaced is taken off
  // the disk.
  void purge(Position through);
  // How far a purge was asked for, and how far one was carried out. Thread: these two from any.
  Position purge_wanted() const { return {purge_wanted_}; }
  Position purged_through() const { return {purged_}; }
  // What the database knows of commands, once it was read. Thread: any.
  std::shared_ptr<const CommandFilter> known_commands() const { return known_.filter(); }
  // What was asked for last has been carried out. Thread: any.
  bool is_purged() const { return purged_ >= purge_wanted_; }
  // Returns once everything added is in the database.
  void finish();
  // One piece of work; never beside the threads. False: there was none.
  bool step();

 private:
  static constexpr std::size_t kWaitingMax = 2;

  void run();
  void run_behind();
  void work(std::unique_lock<std::mutex>& lock);
  void work_behind(std::unique_lock<std::mutex>& lock);
  void wait_until_waiting(std::unique_lock<std::mutex>& lock, std::size_t overlays_max);
  bool has_work() const { return !waiting_.empty() || !garbage_.empty() || has_dropped_ || known_.is_reading(); }
  bool has_work_behind() const { return drop_expired_ || must_purge(); }
  bool must_purge() const { return !is_purged() && folded_ >= Position{purge_wanted_}; }
  void purge_now(std::unique_lock<std::mutex>& lock);
  void fold_oldest(std::unique_lock<std::mutex>& lock);
  void read_commands(std::unique_lock<std::mutex>& lock);

  RowStore& store_;
  const bool has_threads_;
  KnownCommands known_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Overlay>> waiting_;  // the first is in hand
  std::vector<std::shared_ptr<Overlay>> garbage_;
  Position folded_;  // up to where rows are in the database
  bool drop_expired_ = false, has_dropped_ = false;
  std::atomic<std::uint64_t> purge_wanted_ = 0, purged_ = 0;
  bool stopping_ = false;
  int thread_number_ = 0;  // the kernel's; 0 until the thread runs, which is whoever asks
  std::thread thread_, thread_behind_;
};

}  // namespace hansard::index

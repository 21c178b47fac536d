#include "engine/index/folder.h"

#include <unistd.h>

#include <chrono>
#include <utility>

#include "engine/base/processors.h"
#include "engine/base/this_thread.h"

namespace hansard::index {

namespace {
constexpr std::chrono::milliseconds kPurgeAgain{200};
constexpr std::chrono::milliseconds kReadRest{10};  // some times what a step takes
}  // namespace

Folder::Folder(RowStore& store, bool has_threads)
    : store_(store), has_threads_(has_threads), folded_(store.checkpoint().position) {
  if (!has_threads) return;
  thread_ = std::thread([this] { run(); });
  thread_behind_ = std::thread([this] { run_behind(); });
}

Folder::~Folder() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  store_.break_off();
  if (thread_.joinable()) thread_.join();
  if (thread_behind_.joinable()) thread_behind_.join();
}

void Folder::add(std::shared_ptr<Overlay> overlay) {
  std::unique_lock lock(mutex_);
  wait_until_waiting(lock, kWaitingMax - 1);
  waiting_.push_back(std::move(overlay));
  changed_.notify_all();
}

void Folder::discard(std::shared_ptr<Overlay> overlay) {
  std::lock_guard lock(mutex_);
  garbage_.push_back(std::move(overlay));
  changed_.notify_all();
}

void Folder::drop_expired_commands() {
  std::lock_guard lock(mutex_);
  drop_expired_ = true;
  changed_.notify_all();
}

void Folder::purge(Position through) {
  std::lock_guard lock(mutex_);
  purge_wanted_ = through.value;
  changed_.notify_all();
}

void Folder::finish() {
  std::unique_lock lock(mutex_);
  wait_until_waiting(lock, 0);
}

void Folder::wait_until_waiting(std::unique_lock<std::mutex>& lock, std::size_t overlays_max) {
  while (!has_threads_ && waiting_.size() > overlays_max) work(lock);
  if (waiting_.size() > overlays_max) base::run_anywhere(thread_number_);
  changed_.wait(lock, [&] { return waiting_.size() <= overlays_max; });
}

bool Folder::step() {
  std::unique_lock lock(mutex_);
  const bool folds = has_work();
  if (!folds && !has_work_behind()) return false;
  folds ? work(lock) : work_behind(lock);
  return true;
}

void Folder::run() {
  base::begin_thread("index folder");
  std::unique_lock lock(mutex_);
  thread_number_ = ::gettid();
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || has_work(); });
    if (stopping_) return;
    base::keep_off_free_processor(thread_number_);
    work(lock);
  }
}

void Folder::run_behind() {
  base::begin_thread("index cleaner");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || has_work_behind(); });
    if (stopping_) return;
    work_behind(lock);
  }
}

void Folder::work(std::unique_lock<std::mutex>& lock) {
  auto garbage = std::exchange(garbage_, {});
  if (std::exchange(has_dropped_, false)) known_.read_anew();
  lock.unlock();
  garbage.clear();
  lock.lock();
  if (!waiting_.empty()) {
    fold_oldest(lock);
  } else if (known_.is_reading()) {
    read_commands(lock);
  }
}

void Folder::work_behind(std::unique_lock<std::mutex>& lock) {
  if (!std::exchange(drop_expired_, false)) return purge_now(lock);
  lock.unlock();
  store_.drop_expired_commands();
  lock.lock();
  has_dropped_ = true;
  changed_.notify_all();
}

// Nobody waits for it, so it rests most of the time.
void Folder::read_commands(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  known_.step(store_);
  lock.lock();
  if (!has_threads_ || !known_.is_reading()) return;
  changed_.wait_for(lock, kReadRest, [this] { return stopping_ || !waiting_.empty(); });
}

// Files that are still in use are tried again a little later.
void Folder::purge_now(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t through = purge_wanted_;
  lock.unlock();
  const bool purged = store_.purge({through});
  lock.lock();
  if (purged) {
    purged_ = through;
  } else if (has_threads_) {
    changed_.wait_for(lock, kPurgeAgain, [this] { return stopping_; });
  }
}

void Folder::fold_oldest(std::unique_lock<std::mutex>& lock) {
  auto overlay = waiting_.front();
  lock.unlock();
  known_.add(overlay->rows);  // before anybody could miss them: the overlay is still searched
  store_.ingest(overlay->rows, overlay->checkpoint);
  overlay->folded.store(true, std::memory_order_release);
  lock.lock();
  folded_ = overlay->checkpoint.position;
  waiting_.pop_front();
  changed_.notify_all();
}

}  // namespace hansard::index

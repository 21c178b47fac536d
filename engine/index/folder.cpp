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

Folder::Folder(RowStore& store, bool has_thread) : store_(store), has_thread_(has_thread) {
  if (has_thread) thread_ = std::thread([this] { run(); });
}

Folder::~Folder() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
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
  while (!has_thread_ && waiting_.size() > overlays_max) work(lock);
  if (waiting_.size() > overlays_max) base::run_anywhere(thread_number_);
  changed_.wait(lock, [&] { return waiting_.size() <= overlays_max; });
}

bool Folder::step() {
  std::unique_lock lock(mutex_);
  if (!has_work()) return false;
  work(lock);
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

void Folder::work(std::unique_lock<std::mutex>& lock) {
  auto garbage = std::exchange(garbage_, {});
  bool drop_expired = std::exchange(drop_expired_, false);
  lock.unlock();
  garbage.clear();
  if (drop_expired) {
    store_.drop_expired_commands();
    known_.read_anew();
  }
  lock.lock();
  if (!waiting_.empty()) {
    fold_oldest(lock);
  } else if (must_purge()) {
    purge_now(lock);
  } else if (known_.is_reading()) {
    read_commands(lock);
  }
}

// Nobody waits for it, so it rests most of the time.
void Folder::read_commands(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  known_.step(store_);
  lock.lock();
  if (!has_thread_ || !known_.is_reading()) return;
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
  } else if (known_.is_reading()) {
    read_commands(lock);
  } else {
    changed_.wait_for(lock, kPurgeAgain);
  }
}

void Folder::fold_oldest(std::unique_lock<std::mutex>& lock) {
  auto overlay = waiting_.front();
  lock.unlock();
  known_.add(overlay->rows);  // before anybody could miss them: the overlay is still searched
  store_.ingest(overlay->rows, overlay->checkpoint);
  overlay->folded.store(true, std::memory_order_release);
  lock.lock();
  waiting_.pop_front();
  changed_.notify_all();
}

}  // namespace hansard::index

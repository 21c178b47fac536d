#include "engine/log/housekeeper.h"

#include <sys/statvfs.h>

#include <chrono>

#include "engine/base/stop_process.h"
#include "engine/base/this_thread.h"
#include "engine/log/database.h"

namespace hansard::log {

bool has_free_space(const std::string& folder, std::uint64_t bytes) {
  struct statvfs disk{};
  if (::statvfs(folder.c_str(), &disk) != 0) return false;
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize >= bytes;
}

Result<std::unique_ptr<Housekeeper>> Housekeeper::start(WitnessFile file, Duties duties) {
  std::unique_ptr<Housekeeper> keeper(new Housekeeper(std::move(file), std::move(duties)));
  TRY(keeper->witness());
  keeper->duties_.set_disk_reserve(has_free_space(keeper->duties_.folder, keeper->duties_.options.disk_reserve_bytes));
  keeper->thread_ = std::thread([raw = keeper.get()] { raw->run(); });
  return keeper;
}

Housekeeper::~Housekeeper() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopping_changed_.notify_one();
  thread_.join();
}

void Housekeeper::run() {
  base::begin_thread("housekeeper");
  const std::chrono::milliseconds interval(duties_.options.witness_interval_ms);
  bool last_time = false;
  while (!last_time) {
    {
      std::unique_lock lock(mutex_);
      last_time = stopping_changed_.wait_for(lock, interval, [this] { return stopping_; });
    }
    if (duties_.durable() != witnessed_.durable || duties_.hashed().size != witnessed_.hashed_size) witness_or_stop();
    duties_.set_disk_reserve(has_free_space(duties_.folder, duties_.options.disk_reserve_bytes));
  }
}

Result<void> Housekeeper::witness() {
  Witness witness = duties_.identity;
  const HashedPrefix hashed = duties_.hashed();  // before the position, which only grows
  witness.hashed_size = hashed.size;
  witness.root = hashed.root;
  witness.durable = duties_.durable();
  TRY(file_.write(witness));
  witnessed_ = witness;
  return base::success();
}

void Housekeeper::witness_or_stop() {
  auto written = witness();
  if (written.has_error())
    base::stop_process({"the tail witness could not be written", file_.path(), written.error().detail});
}

}  // namespace hansard::log

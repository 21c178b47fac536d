// The log's one thread beside the sequencer: it writes the tail witness once an interval, when something was appended,
// and once more when it stops, and looks how much of the disk is left. A witness that cannot be written stops the
// process, like every other failed write.
//
// Thread: made and destroyed by the owner of the log; its callbacks run on its own thread.
// Owns: the witness file.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/log/rocks_log.h"
#include "engine/log/witness.h"

namespace hansard::log {

// False when the file system of `folder` has less than `bytes` left for us, or does not answer.
bool has_free_space(const std::string& folder, std::uint64_t bytes);

class Housekeeper {
 public:
  struct Duties {
    std::string folder;
    LogOptions options;
    Witness identity;                            // cluster and epoch of what is witnessed
    std::function<HashedPrefix()> hashed;        // any thread
    std::function<Position()> durable;           // any thread
    std::function<void(bool)> set_disk_reserve;  // any thread
  };

  // Writes the first witness before it returns.
  static Result<std::unique_ptr<Housekeeper>> start(WitnessFile file, Duties duties);
  ~Housekeeper();

 private:
  Housekeeper(WitnessFile file, Duties duties) : file_(std::move(file)), duties_(std::move(duties)) {}
  void run();
  Result<void> witness();
  void witness_or_stop();

  WitnessFile file_;
  const Duties duties_;
  Witness witnessed_;
  std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hansard::log

// Keeps a blob from being removed while the event of a file with its bytes is on its way and no view knows of it. Who
// uploads pins the blob before it has its name, until the event is durable; who removes condemns it first, then looks
// whether any file needs it as of a position that was durable after the condemnation, then executes. A pin in between
// lifts the condemnation. So the same bytes uploaded again while their old blob is being collected cannot lose it
// between its name and its event, and nobody holds a lock while a view is waited for.
//
// Thread: any. Pins do not outlive this.
// Limits: a pin per upload; as many condemned as the collector looks at together.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "engine/base/hash.h"

namespace hansard::files {

class BlobPins {
 public:
  // One holder's pin of one blob, given back when it goes.
  class Pin {
   public:
    Pin() = default;
    Pin(BlobPins& pins, const base::Digest& sha256) : pins_(&pins), sha256_(sha256) {}
    Pin(Pin&& other) noexcept : pins_(std::exchange(other.pins_, nullptr)), sha256_(other.sha256_) {}
    Pin& operator=(Pin&& other) noexcept {
      std::swap(pins_, other.pins_);
      std::swap(sha256_, other.sha256_);
      return *this;
    }
    ~Pin() {
      if (pins_) pins_->give_back(sha256_);
    }

   private:
    BlobPins* pins_ = nullptr;
    base::Digest sha256_{};
  };

  Pin take(const base::Digest& sha256) {
    std::lock_guard lock(mutex_);
    ++held_[sha256];
    condemned_.erase(sha256);
    return Pin(*this, sha256);
  }

  // False: it is pinned.
  bool condemn(const base::Digest& sha256) {
    std::lock_guard lock(mutex_);
    if (held_.contains(sha256)) return false;
    condemned_.insert(sha256);
    return true;
  }
  void spare(const base::Digest& sha256) {
    std::lock_guard lock(mutex_);
    condemned_.erase(sha256);
  }
  // Calls `remove` if it is condemned still, and lets nobody pin meanwhile; `remove` is short. False: it was pinned.
  template <class Remove>
  bool execute(const base::Digest& sha256, Remove remove) {
    std::lock_guard lock(mutex_);
    if (condemned_.erase(sha256) == 0) return false;
    remove();
    return true;
  }

 private:
  void give_back(const base::Digest& sha256) {
    std::lock_guard lock(mutex_);
    auto found = held_.find(sha256);
    if (--found->second == 0) held_.erase(found);
  }

  std::mutex mutex_;
  std::map<base::Digest, std::size_t> held_;
  std::set<base::Digest> condemned_;
};

}  // namespace hansard::files

// Blobs that must not be removed although no view knows a file of them yet: those whose upload has just been stored and
// whose file_uploaded event is still on its way. Pinning and removing exclude each other, so the same bytes uploaded
// again while their old blob is being collected cannot lose it between its name and its event.
//
// Thread: any. A pin may outlive neither the upload's answer nor the pins.
#pragma once

#include <map>
#include <mutex>
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
    return Pin(*this, sha256);
  }

  // Calls `use` unless the blob is pinned, and lets nobody pin meanwhile; false where it is. `use` is short.
  template <class Use>
  bool unless_held(const base::Digest& sha256, Use use) {
    std::lock_guard lock(mutex_);
    if (held_.contains(sha256)) return false;
    use();
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
};

}  // namespace hansard::files

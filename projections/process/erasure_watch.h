// What the eraser is doing, for whoever asks how an erasure stands (GET /api/v1/admin/erasures/{id}). Nothing of it
// lasts: what happened is in the views.
//
// Thread: any. Limits: kMost erasures; of others nothing is known.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/ids.h"

namespace hansard::process {

struct ErasureProgress {
  std::string step;              // a word of eraser.h
  base::Position position, of;   // how far the log was read for the step; 0 of 0 where it reads none
  std::string waiting_for = {};  // a few words; "" where it goes on
};

class ErasureWatch {
 public:
  static constexpr std::size_t kMost = 1'000;

  void set(const base::ErasureId& id, ErasureProgress progress) {
    std::lock_guard lock(mutex_);
    if (all_.size() < kMost || all_.contains(id)) all_[id] = std::move(progress);
  }
  void forget(const base::ErasureId& id) {
    std::lock_guard lock(mutex_);
    all_.erase(id);
  }
  std::optional<ErasureProgress> of(const base::ErasureId& id) const {
    std::lock_guard lock(mutex_);
    const auto found = all_.find(id);
    return found == all_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<base::ErasureId, ErasureProgress> all_;
};

}  // namespace hansard::process

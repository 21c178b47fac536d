// One process per data folder. The lock is the kernel's (flock) on the folder itself: it needs no file, so that being
// refused leaves nothing behind, and it ends with the process however that ends.
//
// Thread: any. Owns: a descriptor.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::log {

class FolderLock {
 public:
  // Errors: in_use; io when the folder cannot be opened.
  static base::Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace hansard::log

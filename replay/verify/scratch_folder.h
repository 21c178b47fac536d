// A folder for what a verification makes, gone with everything in it however the tool ends: with its scope, by
// stop_process, by a signal that asks a process to end. A SIGKILL leaves it, and so does a crash.
//
// Thread: one, before it starts others, which inherit that these signals are kept from them; one folder at a time.
// Owns: a thread that waits for the signals.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"

namespace hansard::verify {

class ScratchFolder {
 public:
  // In `parent`, or the system's folder for temporary files where that is "". Errors: io.
  static base::Result<ScratchFolder> make(const std::string& parent);
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();
  const std::string& path() const { return path_; }
  // A fold that ended there says nothing of the store.
  bool is_full() const;

 private:
  class Watch;
  explicit ScratchFolder(std::string path);
  std::string path_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace hansard::verify

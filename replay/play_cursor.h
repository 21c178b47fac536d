// How far a replay has come, in a small file: a run that was interrupted goes on where this says. It is written beside,
// synced and renamed, so there is a whole one at any moment.
//
// Invariant: everything at or below the position was taken by the receiver, or filtered.
// Thread: one at a time.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::replay {

class PlayCursor {
 public:
  // `purpose` says what is played where; a file of another purpose, that is no cursor, or whose folder is not there or
  // cannot be written, is `malformed`. "" for `file`: nothing is kept.
  static base::Result<PlayCursor> open(std::string file, std::string purpose);

  const std::string& position() const { return position_; }  // "" for none
  base::Result<void> store(const std::string& position);

 private:
  std::string file_, purpose_, position_;
};

}  // namespace hansard::replay

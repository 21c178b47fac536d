// A device that must see every version of its one conversation exactly once, across whatever happens to its sockets:
// it remembers the cursor it saw last and resumes from there.
#pragma once

#include <cstdint>
#include <string>

#include "tests/overload/site.h"

namespace hansard::overload {

struct Follower {
  std::string token;
  std::string cursor;         // last seen; "" before the first frame
  std::uint64_t version = 0;  // last seen of the conversation
  std::uint64_t gaps = 0, doubles = 0, messages = 0;
  bool is_there = false;  // has said hello, and has caught up where it resumes

  // A frame of the server's.
  void see(std::string_view frame);
  // Where to connect to go on.
  std::string target() const { return cursor.empty() ? "/ws" : "/ws?resume=" + cursor; }
};

}  // namespace hansard::overload

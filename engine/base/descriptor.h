// A file descriptor that is closed with its scope; -1 where nothing could be opened.
//
// Thread: one. Owns the descriptor.
#pragma once

#include <unistd.h>

namespace hansard::base {

struct Descriptor {
  explicit Descriptor(int number) : value(number) {}
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int value;
};

}  // namespace hansard::base

// What the fuzz targets share. Each file here is one libFuzzer program: bytes of whatever kind go in, and beside not
// crashing (ASan, UBSan) what comes out has to keep a promise, which `must` holds it to.
//
// Seeds stand in tests/fuzz/seeds/<target>/; `./dev soak fuzz --hours 1` runs each for an hour and keeps what it
// learns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace hansard::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline void must(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace hansard::fuzz

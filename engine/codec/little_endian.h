// Byte-wise little-endian stores and loads: the layout does not depend on the host, and no address is aligned.
// Compilers turn each into one instruction.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hansard::codec {

// Writes sizeof(Int) bytes at `at`.
template <std::unsigned_integral Int>
void store_le(char* at, Int value) {
  for (std::size_t i = 0; i < sizeof(Int); ++i) at[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
}

// `bytes` holds at least at + sizeof(Int).
template <std::unsigned_integral Int>
Int load_le(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Int); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return static_cast<Int>(value);
}

template <std::size_t N>
void store_bytes(char* at, const std::array<std::uint8_t, N>& value) {
  std::memcpy(at, value.data(), N);
}

// `bytes` holds at least at + N.
template <std::size_t N>
std::array<std::uint8_t, N> load_bytes(std::string_view bytes, std::size_t at) {
  std::array<std::uint8_t, N> value;
  std::memcpy(value.data(), bytes.data() + at, N);
  return value;
}

}  // namespace hansard::codec

#include "projections/digest.h"

#include <cstdio>
#include <cstring>

namespace hansard::projections {

namespace {
__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kA0 = 0xA0761D6478BD642Full, kA1 = 0xE7037ED1A0B428DBull;
constexpr std::uint64_t kB0 = 0x8EBC6AF09C88C6E3ull, kB1 = 0x589965CC75374CC3ull;

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t load(const char* at, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, size);
  return word;
}

struct Lanes {
  std::uint64_t a;
  std::uint64_t b;

  void feed(std::uint64_t first, std::uint64_t second) {
    a = fold(a ^ first ^ kA0, second ^ kA1) + first;
    b = fold(b ^ second ^ kB0, first ^ kB1) + second;
  }
  void feed(std::string_view bytes) {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left > 16; left -= 16, at += 16) feed(load(at, 8), load(at + 8, 8));
    if (left > 8) {
      feed(load(at, 8), load(at + 8, left - 8));
    } else {
      feed(left == 0 ? 0 : load(at, left), left);
    }
  }
};
}  // namespace

RowHash hash_row(std::string_view key, std::string_view value) {
  Lanes lanes{key.size() * kB1, value.size() * kA1};
  lanes.feed(key);
  lanes.feed(value);
  lanes.feed(value.size(), key.size());
  return {lanes.a, lanes.b};
}

std::uint64_t hash_key(std::string_view key) {
  Lanes lanes{key.size(), 0};
  lanes.feed(key);
  return lanes.a ^ lanes.b;
}

void RowDigest::add(RowHash row) {
  std::uint64_t low = sum_.low + row.low;
  sum_.high += row.high + (low < row.low ? 1 : 0);
  sum_.low = low;
}

void RowDigest::subtract(RowHash row) {
  std::uint64_t borrow = sum_.low < row.low ? 1 : 0;
  sum_.low -= row.low;
  sum_.high -= row.high + borrow;
}

std::string RowDigest::hex() const {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(sum_.high),
                static_cast<unsigned long long>(sum_.low));
  return text;
}

}  // namespace hansard::projections

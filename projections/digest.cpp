#include "projections/digest.h"

#include <algorithm>
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

template <class Word>
std::uint64_t word_at(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The first `size` bytes, 1 to 8, as a little-endian number: of two words that overlap, so that no size is a loop.
std::uint64_t load(const char* at, std::size_t size) {
  if (size == 8) return word_at<std::uint64_t>(at);
  if (size >= 4) return word_at<std::uint32_t>(at) | word_at<std::uint32_t>(at + size - 4) << ((size - 4) * 8);
  return word_at<std::uint8_t>(at) | word_at<std::uint8_t>(at + size / 2) << (size / 2 * 8) |
         word_at<std::uint8_t>(at + size - 1) << ((size - 1) * 8);
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
  std::uint64_t hash = key.size();
  for (; key.size() > 16; key.remove_prefix(16)) {
    hash = fold(hash ^ load(key.data(), 8) ^ kA0, load(key.data() + 8, 8) ^ kA1);
  }
  const std::size_t first = std::min<std::size_t>(key.size(), 8), second = key.size() - first;
  return fold(hash ^ (first == 0 ? 0 : load(key.data(), first)) ^ kA0,
              (second == 0 ? 0 : load(key.data() + 8, second)) ^ kA1);
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

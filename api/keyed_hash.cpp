#include "api/keyed_hash.h"

#include <bit>
#include <cstring>

#include "engine/base/clock.h"

namespace hansard::api {

namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

struct State {
  std::uint64_t a, b, c, d;

  void round() {
    a += b;
    c += d;
    b = std::rotl(b, 13) ^ a;
    d = std::rotl(d, 16) ^ c;
    a = std::rotl(a, 32);
    c += b;
    a += d;
    b = std::rotl(b, 17) ^ c;
    d = std::rotl(d, 21) ^ a;
    c = std::rotl(c, 32);
  }
  void take(std::uint64_t word) {
    d ^= word;
    round();
    round();
    a ^= word;
  }
};

// The last word: what is left of the text, and its length in the highest byte.
std::uint64_t last_word(std::string_view rest, std::size_t length) {
  std::uint64_t word = 0;
  std::memcpy(&word, rest.data(), rest.size());
  return word | (static_cast<std::uint64_t>(length) << 56);
}

}  // namespace

HashKey random_hash_key() {
  std::array<std::uint8_t, sizeof(HashKey)> bytes{};
  base::random_bytes(bytes);
  return std::bit_cast<HashKey>(bytes);
}

std::uint64_t keyed_hash(const HashKey& key, std::string_view text) {
  State state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
              key[1] ^ 0x7465646279746573};
  const std::size_t length = text.size();
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    state.take(word);
  }
  state.take(last_word(text, length));
  state.c ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace hansard::api

// The view's digest: an order-independent sum of row hashes, kept with the checkpoint, so that "live equals rebuilt"
// is one comparison (docs/adr/0011-a-digest-that-is-not-cryptographic.md). Adding a row adds its hash, removing one
// subtracts it; the sum is modulo 2^128, so it depends on the set of rows only and never on how batches were cut.
//
// It detects bugs and corruption, not adversaries: who can write the database can also write the checkpoint. So the
// hash need not be cryptographic, only spread every changed bit over 128: two lanes of folded 64x64->128 bit
// multiplications (the mixing step of wyhash, https://github.com/wangyi-fudan/wyhash), each with constants of its own
// and each fed every word of the row, lengths included. A lane loses a word only when its state equals that word's
// complement constant, one in 2^64, and then not in both lanes. For two different row sets the difference of the sums
// is a sum of well-spread values, zero with a probability near 2^-128 for changes that do not aim at it.
// A row of 233 bytes costs a quarter of its SHA-256 (0.05 against 0.21 us); a batch hashes each changed row once.
//
// Thread: any; plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hansard::projections {

struct RowHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const RowHash&) const = default;
};

RowHash hash_row(std::string_view key, std::string_view value);
// Of a key alone, for hash tables in memory.
std::uint64_t hash_key(std::string_view key);

class RowDigest {
 public:
  RowDigest() = default;
  explicit RowDigest(RowHash sum) : sum_(sum) {}
  void add(RowHash row);
  void subtract(RowHash row);
  RowHash sum() const { return sum_; }
  std::string hex() const;  // 32 digits
  bool operator==(const RowDigest&) const = default;

 private:
  RowHash sum_;
};

}  // namespace hansard::projections

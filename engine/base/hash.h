// Digests and checksums. SHA-256 and HMAC-SHA-256 are OpenSSL's; CRC32C (Castagnoli, RFC 3720 appendix B.4) uses the
// SSE 4.2 instruction where the processor has it and Boost.CRC's table otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace hansard::base {

using Digest = std::array<std::uint8_t, 32>;
using ShortDigest = std::array<std::uint8_t, 16>;

// Thread: one at a time. Reusable after finish().
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(std::string_view bytes);
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Digest sha256(std::string_view bytes);
// SHA-256(a followed by b) without an allocation; the shape of every salted commitment.
Digest sha256_pair(std::string_view a, std::string_view b);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
// The first 16 bytes of the HMAC.
ShortDigest hmac_sha256_short(std::string_view key, std::string_view bytes);

std::uint32_t crc32c(std::string_view bytes);

inline std::string_view view_of(const Digest& d) { return {reinterpret_cast<const char*>(d.data()), d.size()}; }
inline std::string_view view_of(const ShortDigest& d) { return {reinterpret_cast<const char*>(d.data()), d.size()}; }

}  // namespace hansard::base

#include "engine/base/hash.h"

#include <boost/crc.hpp>
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace hansard::base;

namespace {

template <class Bytes>
std::string hex(const Bytes& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string counting(int from, int step, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(from + step * i);
  return bytes;
}

std::string any_bytes() { return *rc::gen::container<std::string>(rc::gen::arbitrary<char>()); }

}  // namespace

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(sha256(std::string(1'000'000, 'a'))) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of a pair is that of both, one behind the other") {
  rc::prop("for any bytes", [] {
    std::string a = any_bytes(), b = any_bytes();
    RC_ASSERT(sha256_pair(a, b) == sha256(a + b));
  });
}

TEST_CASE("SHA-256 in pieces is that of the whole, and starts afresh after finish") {
  Sha256 hash;
  CHECK(hash.update("a").update("").update("bc").finish() == sha256("abc"));
  CHECK(hash.finish() == sha256(""));
  CHECK(hash.update("abc").finish() == sha256("abc"));
  Sha256 moved = std::move(hash);
  CHECK(moved.update("abc").finish() == sha256("abc"));
}

TEST_CASE("HMAC-SHA-256 gives the results of RFC 4231") {
  CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(hex(hmac_sha256(counting(1, 1, 25), std::string(50, '\xcd'))) ==
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  CHECK(hex(hmac_sha256_short(std::string(20, '\x0c'), "Test With Truncation")) == "a3b6167473100ee06e0c796c2955552b");
  CHECK(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(hex(hmac_sha256(std::string(131, '\xaa'),
                        "This is a test using a larger than block-size key and a larger than block-size data. The key "
                        "needs to be hashed before being used by the HMAC algorithm.")) ==
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("HMAC keys of exactly a block and one more are told apart") {
  std::string block(64, 'k');
  CHECK(hmac_sha256(block, "x") != hmac_sha256(block + 'k', "x"));
  Digest hashed = sha256(block + 'k');
  CHECK(hmac_sha256(block + 'k', "x") == hmac_sha256(view_of(hashed), "x"));
}

TEST_CASE("CRC32C gives the results of RFC 3720 appendix B.4") {
  CHECK(crc32c("") == 0);
  CHECK(crc32c("123456789") == 0xE3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43);
  CHECK(crc32c(counting(0, 1, 32)) == 0x46DD794E);
  CHECK(crc32c(counting(31, -1, 32)) == 0x113FDB5C);
  std::string read_command(48, '\0');
  read_command[0] = '\x01';
  read_command[1] = '\xc0';
  read_command[16] = read_command[27] = '\x14';
  read_command[22] = '\x04';
  read_command[31] = '\x18';
  read_command[32] = '\x28';
  read_command[40] = '\x02';
  CHECK(crc32c(read_command) == 0xD9963A56);
}

TEST_CASE("CRC32C does not depend on the address or on which implementation the processor gets") {
  rc::prop("for any bytes at any offset", [] {
    std::string bytes = any_bytes();
    auto offset = *rc::gen::inRange<std::size_t>(0, bytes.size() + 1);
    std::string_view part = std::string_view(bytes).substr(offset);
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> table;
    table.process_bytes(part.data(), part.size());
    RC_ASSERT(crc32c(part) == table.checksum());
  });
}

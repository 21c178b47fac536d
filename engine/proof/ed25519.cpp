#include "engine/proof/ed25519.h"

#include <memory>

#include <openssl/evp.h>

#include "engine/base/check.h"

namespace hansard::proof {

namespace {
struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Key private_key(const Seed& seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  CHECK(key != nullptr, "OpenSSL has no Ed25519");
  return key;
}
}  // namespace

PublicKey public_key_of(const Seed& seed) {
  const Key key = private_key(seed);
  PublicKey bytes;
  std::size_t size = bytes.size();
  CHECK(EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) == 1 && size == bytes.size());
  return bytes;
}

std::string ed25519_sign(const Seed& seed, std::string_view text) {
  const Key key = private_key(seed);
  const Context context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(text),
                       text.size()) == 1 &&
        size == kSignatureBytes);
  return signature;
}

bool ed25519_verify(const PublicKey& public_key, std::string_view text, std::string_view signature) {
  if (signature.size() != kSignatureBytes) return false;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const Context context(EVP_MD_CTX_new());
  if (key == nullptr || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace hansard::proof

#include "api/tls_files.h"

#include <fstream>
#include <iterator>
#include <memory>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "engine/base/file_reason.h"

namespace hansard::api {

namespace {
base::Error refused(const std::string& sentence) { return base::error(base::ErrorCode::refused, sentence + "."); }

bool has(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

base::Result<std::string> read_pem(const std::string& what, const std::string& path) {
  if (const auto why = base::why_unreadable(path); !why.empty()) {
    return refused(what + " " + path + " cannot be read: " + why);
  }
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!has(text, "-----BEGIN ")) return refused(what + " " + path + " is not PEM");
  return text;
}
}  // namespace

base::Result<void> check_tls_files(const TlsFiles& files) {
  TRY(const auto certificate, read_pem("the TLS certificate", files.certificate));
  if (!has(certificate, "CERTIFICATE-----")) {
    return refused("the TLS certificate " + files.certificate + " has no certificate in it");
  }
  TRY(const auto key, read_pem("the TLS key", files.key));
  if (!has(key, "PRIVATE KEY-----")) return refused("the TLS key " + files.key + " has no private key in it");
  if (!has(key, "ENCRYPTED")) return base::success();
  return refused("the TLS key " + files.key +
                 " has a password, which nobody could give it at a start: take it off (openssl pkey -in … -out …)");
}

base::Result<void> check_trusted_file(const std::string& what, const std::string& path) {
  TRY(const auto pem, read_pem(what, path));
  ERR_clear_error();
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), &X509_STORE_free);
  const bool is_read = store && X509_STORE_load_file(store.get(), path.c_str()) == 1;
  ERR_clear_error();
  if (is_read && has(pem, "CERTIFICATE-----")) return base::success();
  return refused(what + " " + path + " has no certificates in it, or damaged ones");
}

}  // namespace hansard::api

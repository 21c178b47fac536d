#include "api/tls_files.h"

#include <fstream>
#include <iterator>

#include "engine/base/file_reason.h"

namespace hansard::api {

namespace {
base::Error refused(const std::string& sentence) { return base::error(base::ErrorCode::refused, sentence + "."); }

bool has(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

base::Result<std::string> read_pem(const std::string& what, const std::string& path) {
  if (const auto why = base::why_unreadable(path); !why.empty()) {
    return refused("the TLS " + what + " " + path + " cannot be read: " + why);
  }
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!has(text, "-----BEGIN ")) return refused("the TLS " + what + " " + path + " is not PEM");
  return text;
}
}  // namespace

base::Result<void> check_tls_files(const TlsFiles& files) {
  TRY(const auto certificate, read_pem("certificate", files.certificate));
  if (!has(certificate, "CERTIFICATE-----")) {
    return refused("the TLS certificate " + files.certificate + " has no certificate in it");
  }
  TRY(const auto key, read_pem("key", files.key));
  if (!has(key, "PRIVATE KEY-----")) return refused("the TLS key " + files.key + " has no private key in it");
  if (!has(key, "ENCRYPTED")) return base::success();
  return refused("the TLS key " + files.key +
                 " has a password, which nobody could give it at a start: take it off (openssl pkey -in … -out …)");
}

}  // namespace hansard::api

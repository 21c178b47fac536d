#include "api/tls.h"

#include <array>
#include <ctime>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "api/tls_files.h"

namespace hansard::api {

using base::ErrorCode;
using base::Result;

namespace {

// Mozilla's "intermediate" profile, version 5.7, without DHE. TLS 1.3 has no weak ones.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// As ALPN writes it: each name behind its length (RFC 7301).
constexpr std::array<unsigned char, 9> kProtocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

base::Error refused(const std::string& what, const std::string& file) {
  const char* why = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return base::error(ErrorCode::refused, what + ": " + file + (why != nullptr ? std::string(" (") + why + ")." : "."));
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(&found, size, kProtocols.data(), kProtocols.size(), offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void harden(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // A connection that waits has no buffers; a write that was not taken comes again from wherever its bytes are then.
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets keep the memory at the clients
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

Result<std::shared_ptr<SSL_CTX>> make_context(const TlsFiles& files) {
  TRY(check_tls_files(files));
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!context) return refused("TLS cannot be set up", files.certificate);
  harden(context.get());
  // A key with a password would ask for it on the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
    return refused("the TLS certificate cannot be used", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return refused("the TLS key cannot be used, or is not the certificate's", files.key);
  return context;
}

}  // namespace

void FreeSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsConnection::State TlsConnection::state_of(int result) {
  if (result > 0) return State::done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return State::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return State::wants_write;
    default:
      return State::failed;
  }
}

TlsConnection::State TlsConnection::handshake() {
  ERR_clear_error();
  return state_of(SSL_accept(ssl_.get()));
}

TlsConnection::Moved TlsConnection::read(void* to, std::size_t size) {
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(ssl_.get(), to, size, &got);
  if (result <= 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return {State::done, 0};
  return {state_of(result), got};
}

TlsConnection::State TlsConnection::peek() {
  ERR_clear_error();
  char byte = 0;
  return state_of(SSL_peek(ssl_.get(), &byte, 1));
}

TlsConnection::Moved TlsConnection::write(const void* from, std::size_t size) {
  ERR_clear_error();
  std::size_t taken = 0;
  const int result = SSL_write_ex(ssl_.get(), from, size, &taken);
  return {state_of(result), taken};
}

bool TlsConnection::has_decrypted() const { return SSL_pending(ssl_.get()) > 0; }

void TlsConnection::say_end() {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
}

Result<std::unique_ptr<TlsContext>> TlsContext::load(TlsFiles files) {
  std::unique_ptr<TlsContext> context(new TlsContext(std::move(files)));
  TRY(context->reload());
  return context;
}

Result<void> TlsContext::reload() {
  TRY(auto fresh, make_context(files_));
  const std::scoped_lock lock(mutex_);
  current_ = std::move(fresh);
  return base::success();
}

std::shared_ptr<SSL_CTX> TlsContext::current() const {
  const std::scoped_lock lock(mutex_);
  return current_;
}

std::unique_ptr<TlsConnection> TlsContext::accept(int descriptor) const {
  SslPtr ssl(SSL_new(current().get()));
  if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) return nullptr;
  return std::make_unique<TlsConnection>(std::move(ssl));
}

base::Timestamp TlsContext::expires() const {
  std::tm until{};
  const auto context = current();
  const X509* certificate = SSL_CTX_get0_certificate(context.get());
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &until) != 1) return {};
  return {static_cast<std::int64_t>(::timegm(&until)) * 1'000};
}

}  // namespace hansard::api

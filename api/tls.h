// TLS on the listening port: the certificate with its key, and the encryption of one connection.
//
// A TlsConnection works on the descriptor of a non-blocking socket itself and says what it waits for, so that sessions
// go on waiting for a socket that has something and reading it into their thread's memory (docs/adr/0045). TLS 1.2 and
// 1.3, forward secret ciphers only, no renegotiation, no compression; ALPN offers http/1.1.
//
// Thread: TlsFiles, TlsContext: any; TlsConnection: the io thread of its socket.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace hansard::api {

struct FreeSsl {
  void operator()(ssl_st* ssl) const;
};
using SslPtr = std::unique_ptr<ssl_st, FreeSsl>;

struct TlsFiles {
  std::string certificate;  // PEM: the server's certificate, then those between it and the root
  std::string key;          // PEM, without a password
};

class TlsConnection {
 public:
  enum class State { done, wants_read, wants_write, failed };
  struct Moved {
    State state = State::failed;
    std::size_t size = 0;
  };

  explicit TlsConnection(SslPtr ssl) : ssl_(std::move(ssl)) {}

  // Again after each wait, until it is done or has failed.
  State handshake();
  // Done with size 0: the peer has said that nothing more comes.
  Moved read(void* to, std::size_t size);
  // Whether there is something to read, without reading it; failed at the end.
  State peek();
  // After wants_write the same bytes have to come again.
  Moved write(const void* from, std::size_t size);
  // Bytes that are decrypted already: the socket may have nothing and there is still something to read.
  bool has_decrypted() const;
  // Tells the peer that nothing more comes, when the socket takes it at once.
  void say_end();

 private:
  State state_of(int result);
  SslPtr ssl_;
};

class TlsContext {
 public:
  // `refused` names the file: not readable, not PEM, the key of another certificate.
  static base::Result<std::unique_ptr<TlsContext>> load(TlsFiles files);

  // Reads the files again. Connections that are open keep what they have; after an error so does everybody.
  base::Result<void> reload();
  // Nothing when there is no memory. The socket must outlive the result.
  std::unique_ptr<TlsConnection> accept(int descriptor) const;
  base::Timestamp expires() const;  // of the certificate

 private:
  explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}
  std::shared_ptr<ssl_ctx_st> current() const;

  const TlsFiles files_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> current_;
};

}  // namespace hansard::api

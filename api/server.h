// The listener and the io threads: a port becomes HTTP and WebSocket sessions. Two steps, so that a port in use is
// known before the data folder is touched: `bind` takes the port, `serve` starts answering.
//
// Thread: one owner calls bind, serve and stop, in this order.
// Owns: the sockets, the io threads and everything per thread (Context, Completions, dispatcher).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/auth.h"
#include "api/limits.h"
#include "api/metrics.h"
#include "api/tls.h"
#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/process/consumers.h"
#include "projections/process/erasure_watch.h"
#include "projections/process/webhooks.h"
#include "projections/search/search_view.h"
#include "projections/views.h"

namespace hansard::backup {
class Backups;  // engine/backup/backups.h
}
namespace hansard::files {
class BlobStore;  // engine/files/blob_store.h
}

namespace hansard::proof {
class Proofs;  // engine/proof/proofs.h
}

namespace hansard::api {

struct ServerOptions {
  std::string address;     // an IPv4 or IPv6 literal, without brackets
  std::uint16_t port = 0;  // 0: a free one
  unsigned threads = 1;    // io threads, 1 to 256
};

// What the io threads work with. All of it outlives the server.
struct ServerParts {
  engine::Engine& engine;
  projections::Views& views;
  const Authenticator& authenticator;
  const Limits& limits;
  Metrics& metrics;
  base::Clock& clock;
  search::SearchView* search = nullptr;   // nothing: searches answer 503
  process::Webhooks* webhooks = nullptr;  // nothing: there are none
  files::BlobStore* files = nullptr;      // nothing: routes of files answer 503
  const proof::Proofs* proofs = nullptr;  // nothing: routes of proofs answer 503
  const process::ErasureWatch* erasures = nullptr;
  process::Consumers* consumers = nullptr;     // nothing: there are none
  const TlsContext* tls = nullptr;             // nothing: plain HTTP
  backup::Backups* backups = nullptr;          // nothing: routes of backups answer 404
  std::uint32_t sessions_deadline_ms = 7'000;  // from stop() on; a part of limits.shutdown_deadline_ms
};

class Server {
 public:
  // Binds and listens, accepts nobody yet: who connects now waits in the backlog. `in_use` when another process (or
  // another server of this one) has the port, also one that has not begun to serve; `malformed` for an address that
  // is none, `io` for one that is not this machine's.
  static base::Result<std::unique_ptr<Server>> bind(const ServerOptions& options);
  virtual ~Server() = default;

  // The real one where `options.port` was 0; from bind on.
  virtual std::uint16_t port() const = 0;

  // Starts the io threads and answers. Once.
  virtual base::Result<void> serve(const ServerParts& parts) = 0;

  // Stops accepting, tells the sessions (WebSocket close 1001), lets what was submitted be answered, joins the threads;
  // after sessions_deadline_ms it closes what is left. Idempotent; without serve it only gives the port back.
  virtual void stop() = 0;
};

}  // namespace hansard::api

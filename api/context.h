// What every handler and session of one io thread shares, and the awaitables on top of it: submit a command and wait
// for its answer, wait for a view. One Context per io thread; nothing in it is shared between io threads but the
// engine, the views and the process-wide objects it points to.
//
// Thread: the io thread it belongs to.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "api/auth.h"
#include "api/limits.h"
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

namespace asio = boost::asio;
class Metrics;        // metrics.h
class Acknowledged;   // acknowledged.h: user -> last acknowledged position on this node
class Completions;    // completions.h
class EventTail;      // event_tail.h
class LoadShedder;    // load_shedder.h
class TypingBoard;    // typing.h
class PresenceBoard;  // presence.h
class RateLimiter;    // rate_limiter.h
class UserCounts;     // user_counts.h
class TlsContext;     // tls.h

struct Context {
  asio::io_context& io;
  engine::Engine& engine;
  projections::Views& views;
  const Authenticator& authenticator;
  const Limits& limits;
  Metrics& metrics;
  Acknowledged& acknowledged;
  base::Clock& clock;
  base::UuidSource& uuids;
  Completions& completions;
  TypingBoard* typing = nullptr;                    // nothing where nobody types (tests of handlers)
  RateLimiter* rate_limiter = nullptr;              // nothing: no rate is limited (tests of handlers)
  process::Webhooks* webhooks = nullptr;            // nothing: there are none (tests of handlers)
  PresenceBoard* presence = nullptr;                // nothing: nobody is online (tests of handlers)
  search::SearchView* search = nullptr;             // nothing: nobody searches (tests of handlers)
  files::BlobStore* files = nullptr;                // nothing where there are no files (tests of sessions)
  const proof::Proofs* proofs = nullptr;            // nothing: there are none (tests of handlers)
  UserCounts* file_transfers = nullptr;             // uploads and downloads of each user
  process::Consumers* consumers = nullptr;          // nothing: there are none (tests of handlers)
  const process::ErasureWatch* erasures = nullptr;  // nothing: nobody erases (tests of handlers)
  EventTail* event_tail = nullptr;                  // what this thread's followers of the log share
  UserCounts* event_streams = nullptr;              // streams of the log of each user
  backup::Backups* backups = nullptr;               // nothing: nobody makes any (tests of handlers)
  UserCounts* bodies = nullptr;                     // bytes of large bodies in memory; nothing: not counted (tests)
  LoadShedder* shedder = nullptr;                   // nothing: everything is let in (tests of handlers)
  const TlsContext* tls = nullptr;                  // nothing: plain HTTP

  // Resumes on this thread with the answer; also records the position as the caller's last acknowledged one.
  asio::awaitable<engine::Answer> submit(domain::Command command, domain::Caller caller, std::string key);
  // True once every view has applied `position`; false after `timeout`.
  asio::awaitable<bool> views_reach(base::Position position, std::chrono::milliseconds timeout);
  // The same for one gate, which lives as long as the wait.
  asio::awaitable<bool> reaches(std::shared_ptr<base::PositionGate> gate, base::Position position,
                                std::chrono::milliseconds timeout);
  // Of every view, search too.
  std::vector<projections::ViewStatus> view_status() const;
};

}  // namespace hansard::api

// Where a replay puts events: standard output as JSON lines, an HTTP receiver, a WebSocket as text frames.
//
// Thread: put from one at a time, one sink per lane; cancel from any.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "replay/client.h"
#include "replay/play_source.h"

namespace hansard::replay {

struct SinkOptions {
  std::string url;              // http://…, https://…, ws://…, wss://…, or "stdout"
  std::size_t batch_max = 1;    // events of one POST; 1: the event itself, more: {"events":[…]}
  std::string secret;           // "" for no signature
  std::string ca_file;          // "" for the system's certificates
  std::uint32_t attempts = 10;  // then the replay ends; the cursor keeps its place
  bool quiet = true;            // else it says on standard error what it waits for
  Stop stop{};                  // true: opening a WebSocket ends soon
};

class PlaySink {
 public:
  virtual ~PlaySink() = default;
  // Returns when the receiver has them all, in order, after as many attempts as that takes. At least once: what was
  // under way when a connection broke may come twice, with the same Idempotency-Key. A sink that confirms at the end
  // returns when they are on their way.
  virtual base::Result<void> put(std::span<const PlayedEvent> events) = 0;
  // What one put may hold: it counts as a whole, so no more than the receiver takes as one.
  virtual std::size_t at_once() const { return 1; }
  // Ends what is under way soon, with an error.
  virtual void cancel() {}
  // A WebSocket has no acknowledgement: what was put counts once finish has succeeded, and not before.
  virtual bool confirms_at_the_end() const { return false; }
  // After the last put, also one that was cancelled: the receiver says that it has everything that was put.
  virtual base::Result<void> finish() { return base::success(); }
  virtual std::uint64_t repeats() const { return 0; }
};

// `malformed` for a URL that is none of these.
base::Result<std::unique_ptr<PlaySink>> open_sink(const SinkOptions& options);
// Whether several may be fed side by side.
bool takes_lanes(const SinkOptions& options);

}  // namespace hansard::replay

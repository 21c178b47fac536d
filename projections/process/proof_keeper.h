// Keeps the proofs going: one thread hashes and signs behind the durable position, another carries the newest signed
// checkpoint to where the operator wants it, outside this machine or at least this folder. A receiver that is slow or
// away delays nobody and nothing: the next attempt carries the newest checkpoint, older ones are contained in it.
//
// Thread: start and stop from the owner. Owns: the two threads. The proofs, the clock and the gate outlive it.
// Limits: one request at a time, PushOptions::timeout_ms each; between failures from 1 s to kRetryMostS.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/loop.h"
#include "engine/base/position_gate.h"
#include "engine/proof/proofs.h"
#include "projections/process/http_post.h"

namespace hansard::process {

struct PushOptions {
  std::string file;               // replaced as a whole with each checkpoint; "" for none
  std::string url;                // POST text/plain with the note; "" for none
  std::string ca_file;            // "" for the system's certificates
  std::uint32_t interval_s = 10;  // at most this often, and only when the log has grown
  std::uint32_t timeout_ms = 5'000;
};

class ProofKeeper {
 public:
  static constexpr std::uint32_t kRetryMostS = 300;

  struct Parts {
    proof::Proofs& proofs;
    base::Clock& clock;
    base::PositionGate& gate;  // the durable one
    std::uint32_t interval_ms = 1'000;
    std::function<void(const std::string& what)> trouble;  // any thread; once for each kind of trouble in a row
  };

  // `post`: for tests, else made here.
  ProofKeeper(Parts parts, const PushOptions& options, std::unique_ptr<HttpPost> post = HttpPost::make());
  ~ProofKeeper();
  void start();
  // Hashes and signs what is durable by now, pushes nothing more. Idempotent.
  void stop();

  // One look of the pushing thread; when to look again. For tests without threads.
  base::MonotonicTime push();

 private:
  base::Wake step();
  // Nothing went wrong: "".
  std::string push_file(const std::string& note) const;
  std::string push_url(const std::string& note);
  void tell(std::string& last, const std::string& what) const;

  const Parts parts_;
  const PushOptions push_;
  std::unique_ptr<HttpPost> post_;
  std::string pushed_;  // the note that arrived everywhere
  std::string file_trouble_, url_trouble_, hash_trouble_;
  std::uint32_t failures_ = 0;
  bool is_stopped_ = false;
  base::Loop hashing_;
  base::Loop pushing_;
};

}  // namespace hansard::process

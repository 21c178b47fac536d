// Sends at a fixed rate, whatever becomes of them: 64 people send by turns, each to a conversation of his own with one
// other member, who listens on a socket of his own. A send that leaves late counts from when it was due, so that a
// stall is not hidden.
//
// Thread: one, the load's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

class OpenLoop {
 public:
  // `tag` begins the names of its users.
  OpenLoop(Scene& scene, const std::string& tag);
  // `turn` runs with each turn of the loop.
  void run(double rate, double seconds, const std::function<void()>& turn = {});
  // What was measured so far.
  void forget();

  std::vector<std::uint64_t> acks, deliveries;  // ns from when the send was due
  std::uint64_t refused = 0;

 private:
  void on_sender_frame(const Connection& connection, std::string_view text);
  void send(std::uint64_t due);

  const std::vector<std::string> conversations_;
  Load load_;
  std::uint64_t sent_ = 0;
  std::string frame_;
};

}  // namespace hansard::bench

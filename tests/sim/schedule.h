// What happens in a simulated world, as a list of steps that is drawn from a seed before anything runs. A step is a
// kind and a number of chance; everything the step decides comes from that number and the world as it is. So a list
// with some steps taken out is as good a history as the whole, with the others meaning what they meant: that is what
// shrinking works on (as in Hypothesis and TigerBeetle's VOPR).
//
// Each seed also draws how often each kind happens and how large the server's limits are, so that some histories are
// all crashes and others know none (swarm testing: Groce et al., ISSTA 2012).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/sizes.h"

namespace hansard::sim {

enum class Kind : std::uint8_t {
  sequence,       // one group commit
  fold_index,     // one piece of the index folder
  project,        // one batch of the views
  flush,          // the views reach the disk
  fire,           // the timers that are due
  poll,           // some handlers of an io thread
  to_server,      // a frame or request arrives
  to_client,      // frames leave a socket's outbox
  receive,        // a client takes what has arrived
  act,            // a client asks for something
  look,           // a client reads
  connect,        // a client opens its socket, or resumes on the one it has
  hang_up,        // a client drops its socket
  notice,         // the server sees a dropped socket
  give_up,        // a client forgets a request that is under way, and repeats it
  tick,           // time passes
  jump,           // the wall clock jumps
  fill_disk,      // the disk is full, or has room again
  crash,          // the process ends between two steps
  crash_in_sync,  // the process ends while a batch is written
  restart         // a stop in good order, and a start
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::restart) + 1;
std::string_view name_of(Kind kind);

struct Step {
  Kind kind{};
  std::uint64_t chance = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  std::size_t clients = 0;
  std::size_t users = 0;
  Sizes sizes;
  std::string folder;  // where RocksDB lies; "": on a simulated disk
  std::vector<Step> steps;
};

Plan draw_plan(std::uint64_t seed, std::size_t steps);

}  // namespace hansard::sim

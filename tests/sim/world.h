// A simulated world: some users with devices, a network, one server and its disk, on one thread and from one seed. It
// runs a plan step by step (schedule.h) around the real engine, views, dispatchers, router and sessions, and holds
// everything a client sees against a model (model.h) at the moment it is seen.
//
//   clients -> network -> sessions, router -> sequencer -> log -> index, views, dispatchers -> network -> clients
//                                                           |
//                      what clients see is held against <- model
//
// The laws:
//   every durable event was allowed, once, at the next position and version, and is there after every crash;
//   an acknowledgement names an event that says what was asked for, and every repeat of it names the same;
//   what was asked on one socket was done in that order;
//   a read shows the model at the position it names, which is not before what the reader was told; one of the past is
//   on record;
//   a socket is told every event of the user's conversations once, in order, across resumes;
//   an unread count is the number of ordinals that count, of mentions those that mention the reader; whatever changes
//   one but a new message is told;
//   once faults stop, everything is answered and told, every view equals its fold, and its digest that of its rows.
//
// What is not in it: search and webhooks (threads and databases of their own), attachments, erasure, proofs.
// Thread: one; one world a process (virtual_time.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/client.h"
#include "tests/sim/schedule.h"

namespace hansard::sim {

struct Outcome {
  std::optional<std::string> violation;
  std::uint64_t digest = 0;  // of everything that was observed
  std::uint64_t events = 0, crashes = 0, frames = 0;
  std::uint64_t client_ms = 0;  // lived by all clients together; long pauses do not count
};

class World {
 public:
  World(const Plan& plan, Bug bug, bool is_traced);
  // Runs the plan, lets everything settle and looks at all of it.
  Outcome run();

 private:
  void step(const Step& step);
  void work(Kind kind, Chance& chance);
  void exchange(Kind kind, Chance& chance);
  void break_something(Kind kind, Chance& chance);

  void sequence();
  void fire();
  void learn();
  void crash(Chance& chance);
  void crash_in_sync(Chance& chance);
  void restart(Chance& chance);
  void reopen();
  void recognise();
  void pass_time(std::chrono::milliseconds by);

  void settle();
  bool settle_once(Chance& chance);
  void check_all();
  void check_views() const;
  void observe(const std::string& what);

  const Plan& plan_;
  const Bug bug_;
  const bool is_traced_;
  Disk disk_;
  Model model_;
  Scene scene_;
  Outcome outcome_;
  std::chrono::milliseconds awake_{0};
  std::unique_ptr<Node> node_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace hansard::sim

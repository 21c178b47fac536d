// People who talk at a steady rate, whatever else happens: pairs of sockets, one sends, both get it. An open loop: a
// send counts from when it was due, so that a stall is not hidden.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/overload/site.h"

namespace hansard::overload {

class Chatter {
 public:
  // Opens the sockets of `pairs` conversations of their own. `tag` names them on the server.
  Chatter(Site& site, bench::Load& load, const std::string& tag, std::size_t pairs, double per_s);

  // Sends what is due; for the tick of a load.
  void tick();
  // What is measured begins anew.
  void measure();
  // Waits for the answers that are out.
  void finish(std::uint64_t within_ns);

  bench::Percentiles to_ack() { return bench::percentiles(acks_); }
  bench::Percentiles to_other() { return bench::percentiles(deliveries_); }
  std::uint64_t unanswered() const { return sent_ - answered_; }
  std::uint64_t refused() const { return refused_; }
  std::uint64_t undelivered() const { return sent_ - refused_ - delivered_; }

 private:
  void on_answer(bench::Connection& connection, std::string_view frame);
  void on_delivery(std::string_view frame);

  bench::Load& load_;
  std::vector<std::string> conversations_;
  std::vector<bench::Connection*> senders_;
  std::uint64_t gap_ns_, next_due_ = 0;
  std::uint64_t sent_ = 0, answered_ = 0, refused_ = 0, delivered_ = 0;
  std::vector<std::uint64_t> acks_, deliveries_;
  std::string frame_;
};

}  // namespace hansard::overload

// Whether an io thread still gets around to its sockets in time, and whom it lets in when it does not. What a thread
// cannot read yet waits in the kernel, where nobody is told anything: without this, a rate beyond what the thread can
// do would show as latency without bound.
//
// The measure is a round: how long a descriptor that is ready waits until it is served, behind all others that were
// ready before (epoll's list of ready descriptors is first in, first out). A descriptor of our own is made ready to
// measure it. One long round is no overload, since a burst makes one too; as in CoDel (RFC 8289), overload means that
// rounds stay longer than kRoundTarget for kPatience. From then on only a share of what comes is let in, which falls
// while rounds are too long and rises while they are not. The rest is refused as `overloaded` before anything else is
// done with it; that costs a small part of serving it. Refusals fall on everybody alike, by turn and not by chance.
//
// Invariants: kAlwaysMax in each round are let in; a thread that is slow for other reasons refuses nobody.
// Thread: the io thread it belongs to.
#pragma once

#include <cstddef>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "engine/base/clock.h"

namespace hansard::api {

namespace asio = boost::asio;

// The decision, without the descriptor.
class SheddingRule {
 public:
  static constexpr std::chrono::milliseconds kRoundTarget{100};
  static constexpr std::chrono::milliseconds kPatience{300};
  static constexpr std::size_t kAlwaysMax = 512;

  // Something came, so long after the round at hand has begun. False: it is refused.
  bool admit(base::MonotonicTime::duration into_round);
  // A round has ended at `now`.
  void on_round(base::MonotonicTime now, base::MonotonicTime::duration took);
  double share() const { return share_; }

 private:
  double share_ = 1;
  double credit_ = 0;
  std::size_t came_ = 0, admitted_ = 0;  // in this round
  base::MonotonicTime last_in_time_{};   // the last round that was short enough
  bool is_shedding_ = false;
};

class LoadShedder {
 public:
  LoadShedder(asio::io_context& io, base::Clock& clock);

  // A command or a request came; false: it is to be answered `overloaded`.
  bool admit();
  void stop();

 private:
  void begin_round(base::MonotonicTime now);
  void await_round();

  base::Clock& clock_;
  asio::posix::stream_descriptor descriptor_;
  SheddingRule rule_;
  base::MonotonicTime began_{}, ended_{};
  bool is_in_round_ = false;
};

}  // namespace hansard::api

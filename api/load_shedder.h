// Whether an io thread still gets around to its sockets in time, and whom it lets in when it does not. What a thread
// cannot read yet waits in the kernel, where nobody is told anything: without this, a rate beyond what the thread can
// do would show as latency without bound.
//
// The measure is a round: how long a descriptor that is ready waits until it is served, behind all others that were
// ready before (epoll's list of ready descriptors is first in, first out). A descriptor of our own is made ready to
// measure it. One long round is no overload, since a burst makes one too; as in CoDel (RFC 8289), overload means that
// rounds stay longer than kRoundTarget for kPatience. From then on only a share of what comes is let in, which falls
// while rounds are too long and rises while they are not. The rest is refused as `overloaded` before its data is looked
// at (a frame was parsed, tokens of the rates were taken); that costs a small part of serving it. Refusals fall on
// everybody alike, by turn and not by chance.
//
// Few requests may be a lot of work, too. What a handler took that took long is counted (Spending), in processor time,
// about: whoever took more than his share of a thread with long rounds, where others ask as well, is refused until he
// has not (time_shares.h), and a round with kDearMax of such work lets in no more than the share.
//
// Invariants: in each round the first kAlwaysMax are let in, with two exceptions: a user who is over his share is
// refused, and after kDearMax of dear work only the share is let in. A thread that is slow for other reasons refuses
// nobody.
// Thread: the io thread it belongs to.
#pragma once

#include <cstddef>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "api/time_shares.h"
#include "engine/base/clock.h"

namespace hansard::api {

namespace asio = boost::asio;

// The decision, without the descriptor.
class SheddingRule {
 public:
  static constexpr std::chrono::milliseconds kRoundTarget{100};
  static constexpr std::chrono::milliseconds kPatience{300};
  static constexpr std::size_t kAlwaysMax = 512;
  static constexpr std::chrono::milliseconds kDearMax{200};

  // Something came, so long after the round at hand has begun. False: it is refused.
  bool admit(base::MonotonicTime::duration into_round);
  // What was let in took so long.
  void spent(base::MonotonicTime::duration took) { dear_ += took; }
  // A round has ended at `now`.
  void on_round(base::MonotonicTime now, base::MonotonicTime::duration took);
  double share() const { return share_; }

 private:
  double share_ = 1;
  double credit_ = 0;
  std::size_t came_ = 0, admitted_ = 0;   // in this round
  base::MonotonicTime::duration dear_{};  // in this round
  base::MonotonicTime last_in_time_{};    // the last round that was short enough
  bool is_shedding_ = false;
};

class LoadShedder {
 public:
  LoadShedder(asio::io_context& io, base::Clock& clock);

  // A command or a request came; false: it is to be answered `overloaded`.
  bool admit();
  // It is of this user, or of a stranger (nothing).
  void note_asking(const base::UserId* user);
  // He is to be answered `overloaded`.
  bool is_over_share(const base::UserId& user);
  void stop();

 private:
  friend class Spending;
  void begin_round(base::MonotonicTime now);
  void await_round();
  void spent(const base::UserId& user, base::MonotonicTime::duration took);

  base::Clock& clock_;
  asio::posix::stream_descriptor descriptor_;
  SheddingRule rule_;
  TimeShares shares_;
  base::MonotonicTime began_{}, ended_{};
  base::MonotonicTime last_long_{};                // when a round was longer than kRoundTarget
  base::MonotonicTime::duration cpu_looked_at_{};  // of the thread
  bool is_in_round_ = false;
};

// The time of one piece of work for a user, without a wait in between, from here to the end of the block.
class Spending {
 public:
  // Without a shedder nothing is counted. Both outlive this.
  Spending(LoadShedder* shedder, const base::UserId& user);
  ~Spending();
  Spending(const Spending&) = delete;
  Spending& operator=(const Spending&) = delete;

 private:
  LoadShedder* const shedder_;
  const base::UserId& user_;
  const base::MonotonicTime began_;
};

}  // namespace hansard::api

// Who took how much of an io thread's time of late, among those whose requests take long: so that one user's dear reads
// do not become everybody's wait. Whoever is alone may take all of it.
//
// Thread: the io thread it belongs to.
// Limits: what takes less than kDear is not noted, so a window names no more users than it has such times.
#pragma once

#include <chrono>
#include <unordered_map>

#include "engine/base/clock.h"
#include "engine/base/ids.h"

namespace hansard::api {

class TimeShares {
 public:
  using Duration = base::MonotonicTime::duration;
  static constexpr std::chrono::milliseconds kWindow{1'000};
  static constexpr std::chrono::milliseconds kDear{1};
  static constexpr std::chrono::milliseconds kShare{250};  // of a window, where others ask as well

  // `user` asks for something, or a stranger does (nothing).
  void on_request(const base::UserId* user, base::MonotonicTime now);
  void add(const base::UserId& user, Duration took, base::MonotonicTime now);
  // What `user` took in the last kWindow, about: the window before counts for what is left of it.
  Duration taken_by(const base::UserId& user, base::MonotonicTime now);
  // He took more than his share, while somebody else asked in the last kWindow.
  bool is_over(const base::UserId& user, base::MonotonicTime now);

 private:
  using Taken = std::unordered_map<base::UserId, Duration>;
  // By their hashes: two users of one hash are taken for one, who is alone.
  struct Asking {
    std::size_t user = 0;
    base::MonotonicTime at{};
  };
  void move_to(base::MonotonicTime now);

  base::MonotonicTime began_{};
  Taken current_, before_;
  Asking last_, other_;  // the last request, and the last one of another user than that one's
};

}  // namespace hansard::api

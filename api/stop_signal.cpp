#include "api/stop_signal.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "api/command_line.h"
#include "api/trace.h"

namespace hansard::api {
namespace {

// Sent by StopDeadline to its own watcher only: the stop is done.
constexpr int kDone = SIGUSR1;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

[[noreturn]] void give_up(const char* why) {
  trace(TraceLevel::error, "stopping was cut short", {{"why", why}});
  ::_exit(kExitFailed);
}

void watch(std::chrono::milliseconds deadline) {
  sigset_t set = stop_signals();
  sigaddset(&set, kDone);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(deadline);
  const std::chrono::nanoseconds rest = deadline - seconds;
  const timespec time{static_cast<std::time_t>(seconds.count()), static_cast<long>(rest.count())};
  int signal;
  do {
    signal = ::sigtimedwait(&set, nullptr, &time);
  } while (signal < 0 && errno == EINTR);
  if (signal < 0) give_up("the deadline has passed");
  if (signal != kDone) give_up("a second signal came");
}

}  // namespace

StopSignals::StopSignals() {
  sigset_t set = stop_signals();
  sigaddset(&set, kDone);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

void StopSignals::hear_hangup() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  hears_hangup_ = true;
}

int StopSignals::wait(const std::function<void()>& on_hangup) const {
  sigset_t set = stop_signals();
  if (hears_hangup_) sigaddset(&set, SIGHUP);
  for (int signal = 0;;) {
    if (::sigwait(&set, &signal) != 0) continue;
    if (signal != SIGHUP) return signal;
    on_hangup();
  }
}

StopDeadline::StopDeadline(std::chrono::milliseconds deadline) : watcher_([deadline] { watch(deadline); }) {}

StopDeadline::~StopDeadline() {
  ::pthread_kill(watcher_.native_handle(), kDone);
  watcher_.join();
}

}  // namespace hansard::api

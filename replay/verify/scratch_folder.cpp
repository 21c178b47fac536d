#include "replay/verify/scratch_folder.h"

#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

namespace hansard::verify {

namespace {
namespace fs = std::filesystem;

constexpr std::uintmax_t kRoomLeft = 16u << 20;  // more than a database asks for at once

std::string left;  // to be removed; "" when nothing is

// More than once where others still write there: the process ends under them.
void remove_left() {
  constexpr int kTries = 100;
  std::error_code problem;
  for (int tries = 0; tries < kTries && !left.empty() && fs::exists(left, problem); ++tries) {
    fs::remove_all(left, problem);
  }
}

// What somebody had this process ignore goes on being ignored.
sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM}) {
    struct sigaction now{};
    const bool is_ignored = ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
    if (!is_ignored) sigaddset(&set, number);
  }
  return set;
}

void end_by(int number) {
  ::signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::raise(number);
}
}  // namespace

class ScratchFolder::Watch {
 public:
  Watch() : signals_(ending_signals()) {
    sigaddset(&signals_, SIGUSR1);  // ours, to this thread alone
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    thread_ = std::thread([this] { wait(); });
  }
  ~Watch() {
    is_over_ = true;
    ::pthread_kill(thread_.native_handle(), SIGUSR1);
    thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  void wait() {
    int number = 0;
    while (::sigwait(&signals_, &number) != 0 || (number == SIGUSR1 && !is_over_)) continue;
    if (number == SIGUSR1) return;
    remove_left();
    end_by(number);
  }

  sigset_t signals_, before_{};
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

base::Result<ScratchFolder> ScratchFolder::make(const std::string& parent) {
  std::error_code problem;
  const fs::path above = parent.empty() ? fs::temp_directory_path(problem) : fs::path(parent);
  std::string pattern = (above / "hansard-verify-XXXXXX").string();
  if (problem || ::mkdtemp(pattern.data()) == nullptr) {
    return base::error(base::ErrorCode::io,
                       "no scratch folder can be made in " + above.string() + "; name another place with --scratch");
  }
  std::at_quick_exit(remove_left);
  return ScratchFolder(std::move(pattern));
}

ScratchFolder::ScratchFolder(std::string path) : path_(std::move(path)) {
  left = path_;
  watch_ = std::make_unique<Watch>();
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept = default;

bool ScratchFolder::is_full() const {
  std::error_code problem;
  return fs::space(path_, problem).available < kRoomLeft;
}

ScratchFolder::~ScratchFolder() {
  if (!watch_) return;
  remove_left();
  watch_.reset();  // from here on a signal ends the process
}

}  // namespace hansard::verify

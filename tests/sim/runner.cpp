#include "tests/sim/runner.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <map>
#include <sstream>
#include <utility>

#include "engine/base/check.h"
#include "tests/support/temp_folder.h"

namespace hansard::sim {

namespace {
// A file in memory that a child writes and its parent reads.
class Pad {
 public:
  Pad() : file_(::memfd_create("sim", MFD_CLOEXEC)) { CHECK(file_ >= 0); }
  ~Pad() { ::close(file_); }
  Pad(const Pad&) = delete;
  Pad& operator=(const Pad&) = delete;

  int file() const { return file_; }
  void write(std::string_view text) const {
    while (!text.empty()) {
      const auto written = ::write(file_, text.data(), text.size());
      if (written <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  std::string read() const {
    std::string text;
    char piece[4'096];
    for (off_t at = 0;;) {
      const auto got = ::pread(file_, piece, sizeof piece, at);
      if (got <= 0) return text;
      text.append(piece, static_cast<std::size_t>(got));
      at += got;
    }
  }

 private:
  const int file_;
};

struct Child {
  pid_t process = 0;
  std::unique_ptr<Pad> outcome = std::make_unique<Pad>();
  std::unique_ptr<Pad> errors = std::make_unique<Pad>();
  std::unique_ptr<support::TempFolder> folder;
};

[[noreturn]] void live(const Plan& plan, Bug bug, const Child& child) {
  ::dup2(child.errors->file(), STDERR_FILENO);
  const rlimit processor{kSecondsMax, kSecondsMax};
  ::setrlimit(RLIMIT_CPU, &processor);
  ::alarm(10 * kSecondsMax);  // a world that waits for something has no end either
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  World world(plan, bug, false);
  const Outcome outcome = world.run();
  std::ostringstream text;
  text << outcome.digest << ' ' << outcome.events << ' ' << outcome.crashes << ' ' << outcome.frames << ' '
       << outcome.client_ms << ' ' << outcome.violation.has_value() << '\n'
       << outcome.violation.value_or("");
  child.outcome->write(text.str());
  ::_exit(0);
}

Child start(Plan plan, Bug bug) {
  Child child;
  if (!plan.folder.empty()) {
    child.folder = std::make_unique<support::TempFolder>();
    plan.folder = child.folder->path();
  }
  child.process = ::fork();
  CHECK(child.process >= 0, "no process can be made");
  if (child.process == 0) live(plan, bug, child);
  return child;
}

Outcome outcome_of(const Child& child, int status) {
  Outcome outcome;
  std::istringstream text(child.outcome->read());
  bool has_violation = false;
  text >> outcome.digest >> outcome.events >> outcome.crashes >> outcome.frames >> outcome.client_ms >> has_violation;
  if (text && WIFEXITED(status)) {
    std::string line;
    std::getline(text, line);
    std::getline(text, line, '\0');
    if (has_violation) outcome.violation = line;
    return outcome;
  }
  const std::string errors = child.errors->read();
  const std::string how =
      WIFSIGNALED(status) ? std::string(::strsignal(WTERMSIG(status))) : "exit " + std::to_string(WEXITSTATUS(status));
  outcome.violation = "the process ended: " + how + ". " + errors.substr(0, 2'000);
  return outcome;
}

Plan without(const Plan& plan, std::size_t from, std::size_t count) {
  Plan less = plan;
  const auto first = less.steps.begin() + static_cast<std::ptrdiff_t>(from);
  const auto last = less.steps.begin() + static_cast<std::ptrdiff_t>(std::min(from + count, less.steps.size()));
  less.steps.erase(first, last);
  return less;
}
}  // namespace

Outcome run_apart(const Plan& plan, Bug bug) {
  const Child child = start(plan, bug);
  int status = 0;
  ::waitpid(child.process, &status, 0);
  return outcome_of(child, status);
}

double machine_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Totals run_batch(const Batch& batch, const std::function<bool(std::uint64_t, const Outcome&)>& report,
                 const std::function<void(const Totals&)>& progress) {
  Totals totals;
  std::map<pid_t, std::pair<std::uint64_t, Child>> living;
  const double begun = machine_seconds();
  std::uint64_t next = batch.first;
  bool goes_on = true;
  auto may_start = [&] {
    const bool has_time = batch.seconds == 0 || machine_seconds() - begun < batch.seconds;
    return goes_on && next <= batch.last && has_time;
  };
  while (may_start() || !living.empty()) {
    while (may_start() && living.size() < batch.jobs) {
      Plan plan = draw_plan(next, batch.steps);
      if (batch.is_on_rocks) plan.folder = kOwnFolder;
      Child child = start(plan, batch.bug);
      living.emplace(child.process, std::pair(next++, std::move(child)));
    }
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, 0);
    auto found = living.find(ended);
    if (found == living.end()) continue;
    const auto& [seed, child] = found->second;
    const Outcome outcome = outcome_of(child, status);
    ++totals.seeds;
    totals.events += outcome.events;
    totals.crashes += outcome.crashes;
    totals.frames += outcome.frames;
    totals.client_ms += outcome.client_ms;
    totals.failed += outcome.violation ? 1 : 0;
    if (outcome.violation) goes_on = report(seed, outcome) && goes_on;
    if (progress) progress(totals);
    living.erase(found);
  }
  return totals;
}

Plan shrink(Plan plan, Bug bug, std::size_t runs_max, const std::function<void(std::size_t)>& progress) {
  std::size_t runs = 0;
  auto still_fails = [&](const Plan& less) {
    ++runs;
    return run_apart(less, bug).violation.has_value();
  };
  std::size_t shortest = 0, longest = plan.steps.size();
  while (shortest < longest && runs < runs_max) {
    const std::size_t middle = (shortest + longest) / 2;
    Plan less = without(plan, middle, plan.steps.size());
    if (still_fails(less)) {
      longest = middle;
      plan = std::move(less);
      progress(plan.steps.size());
    } else {
      shortest = middle + 1;
    }
  }
  for (std::size_t piece = std::max<std::size_t>(plan.steps.size() / 2, 1); runs < runs_max; piece /= 2) {
    for (std::size_t at = 0; at < plan.steps.size() && runs < runs_max;) {
      Plan less = without(plan, at, piece);
      if (still_fails(less)) {
        plan = std::move(less);
        progress(plan.steps.size());
      } else {
        at += piece;
      }
    }
    if (piece <= 1) break;
  }
  return plan;
}

std::string kept_steps(const Plan& whole, const Plan& shrunk) {
  std::string text;
  std::size_t at = 0;
  for (std::size_t kept = 0; kept < shrunk.steps.size();) {
    while (whole.steps[at].chance != shrunk.steps[kept].chance) ++at;
    const std::size_t first = at;
    while (kept < shrunk.steps.size() && at < whole.steps.size() &&
           whole.steps[at].chance == shrunk.steps[kept].chance) {
      ++at;
      ++kept;
    }
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (at - 1 > first) text += "-" + std::to_string(at - 1);
  }
  return text;
}

Plan keep_steps(const Plan& whole, const std::string& kept) {
  Plan plan = whole;
  plan.steps.clear();
  std::istringstream ranges(kept);
  for (std::string range; std::getline(ranges, range, ',');) {
    const auto dash = range.find('-');
    const std::size_t first = std::stoul(range);
    const std::size_t last = dash == std::string::npos ? first : std::stoul(range.substr(dash + 1));
    for (std::size_t at = first; at <= last && at < whole.steps.size(); ++at) plan.steps.push_back(whole.steps[at]);
  }
  return plan;
}

}  // namespace hansard::sim

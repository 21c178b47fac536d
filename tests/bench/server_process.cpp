#include "tests/bench/server_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "api/auth.h"
#include "engine/base/clock.h"
#include "replay/client.h"

namespace hansard::bench {

namespace {

// "hansard listening on http://127.0.0.1:PORT"
std::uint16_t read_port(int out) {
  std::string line;
  for (char c; line.find('\n') == std::string::npos && ::read(out, &c, 1) == 1;) line += c;
  auto colon = line.rfind(':');
  if (!line.starts_with("hansard listening on ") || colon == std::string::npos) {
    throw std::runtime_error("the server did not start: " + line);
  }
  return static_cast<std::uint16_t>(std::stoul(line.substr(colon + 1)));
}

// User and system time of a process or thread: fields 14 and 15 of its stat file, proc(5).
double used_seconds(const std::string& stat) {
  std::ifstream in(stat);
  std::string line;
  std::getline(in, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));  // the name before may hold anything
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

constexpr std::chrono::hours kFoldPatience{1};  // ten million events take ten minutes
}  // namespace

ServerProcess::ServerProcess(const ServerSetup& setup) : data_(setup.data.empty() ? folder_.path("data") : setup.data) {
  secret_ = "a secret for one benchmark run, 32+ bytes";
  std::string secret = folder_.write("secret", secret_);
  // Fifty thousand users each with their socket come from one address here; some rows are one user flat out.
  std::string config = folder_.write("config.toml", "[server]\nthreads = " + std::to_string(setup.threads) +
                                                        "\n[limits]\nconnections_max = 19000\n" + setup.limits +
                                                        "[rate_limit]\nuser_per_s = 1_000_000\nuser_burst = 1_000_000\n"
                                                        "[proof]\n" +
                                                        setup.proof_settings);
  int out[2];
  if (::pipe(out) != 0) throw std::runtime_error("pipe");
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::close(out[0]);
    ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + setup.niceness);
    ::execl(setup.binary.c_str(), setup.binary.c_str(), "serve", "--data", data_.c_str(), "--listen", "127.0.0.1:0",
            "--jwt-secret-file", secret.c_str(), "--config", config.c_str(), "--log-level", "warn", nullptr);
    ::_exit(127);
  }
  ::close(out[1]);
  port_ = read_port(out[0]);
  ::close(out[0]);
}

ServerProcess::~ServerProcess() { stop(); }

void ServerProcess::stop() { finish(SIGTERM); }

void ServerProcess::kill() { finish(SIGKILL); }

void ServerProcess::finish(int signal) {
  if (child_ <= 0) return;
  ::kill(child_, signal);
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
}

std::string ServerProcess::token(const std::string& user, const std::string& scope) const {
  auto now = base::system_clock().now();
  api::TokenRequest request{user, scope, now, {now.ms + 24 * 3'600'000}};
  return api::make_token(secret_, request).value();
}

std::uint64_t ServerProcess::resident_bytes() const {
  std::ifstream in("/proc/" + std::to_string(child_) + "/statm");
  std::uint64_t pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * 4096;
}

std::size_t ServerProcess::descriptors() const {
  std::filesystem::directory_iterator open("/proc/" + std::to_string(child_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

double ServerProcess::cpu_seconds() const { return used_seconds("/proc/" + std::to_string(child_) + "/stat"); }

std::map<std::string, double> ServerProcess::cpu_seconds_by_thread() const {
  std::map<std::string, double> used;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(child_) + "/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    used[name] += used_seconds((task.path() / "stat").string());
  }
  return used;
}

bool ServerProcess::is_ready() const {
  replay::Client client({"127.0.0.1", std::to_string(port_)}, "", std::chrono::seconds(10));
  auto answer = client.send({"GET", "/ready", "", "", ""});
  return answer && answer.value().status == 200;
}

bool ServerProcess::is_searchable() const {
  replay::Client client({"127.0.0.1", std::to_string(port_)}, token("bench"), std::chrono::seconds(30));
  auto answer = client.send({"GET", "/api/v1/search/messages?q=order", "", "", ""});
  return answer && answer.value().status == 200;
}

void ServerProcess::wait_until_folded() const {
  const auto until = std::chrono::steady_clock::now() + kFoldPatience;
  while (!is_ready() || metric("hansard_view_lag_events") > 0 || !is_searchable()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the views do not come to the log's end");
    ::usleep(100'000);
  }
}

std::map<std::string, double> ServerProcess::metric_by_labels(const std::string& name) const {
  replay::Client client({"127.0.0.1", std::to_string(port_)}, "", std::chrono::seconds(5));
  auto page = client.send({"GET", "/metrics", "", "", ""});
  std::map<std::string, double> values;
  if (!page) throw std::runtime_error("the server gives no metrics: " + page.error().detail);
  std::istringstream lines(page.value().body);
  for (std::string line; std::getline(lines, line);) {
    auto end = line.find_first_of(" {");
    if (line.substr(0, end) != name) continue;
    auto first = line.find('"'), last = line.rfind('"');
    values[first < last ? line.substr(first + 1, last - first - 1) : ""] = std::stod(line.substr(line.rfind(' ') + 1));
  }
  return values;
}

double ServerProcess::metric(const std::string& name) const {
  double sum = 0;
  for (const auto& [labels, value] : metric_by_labels(name)) sum += value;
  return sum;
}

}  // namespace hansard::bench

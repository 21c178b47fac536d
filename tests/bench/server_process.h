// The server under test: the release binary beside this one, on a fresh data folder and a free port, as a child
// process. Stopped by SIGTERM at the end of its life.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "tests/support/temp_folder.h"

namespace hansard::bench {

struct ServerSetup {
  std::string binary;
  std::string data = {};            // a folder that is there already, and stays; "" for its own
  std::string proof_settings = {};  // lines of the section [proof]
  std::string limits = {};          // lines of the section [limits]
  int threads = 0;                  // that answer; 0: as the server has it
  int niceness = 0;                 // on top of the caller's, for a load that is to come as from other machines
};

class ServerProcess {
 public:
  explicit ServerProcess(const ServerSetup& setup);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  std::uint16_t port() const { return port_; }
  std::string token(const std::string& user, const std::string& scope = "") const;
  std::uint64_t resident_bytes() const;
  std::size_t descriptors() const;
  // What its threads have used so far, in user and system time.
  double cpu_seconds() const;
  // The same for each name of a thread; those of one name together.
  std::map<std::string, double> cpu_seconds_by_thread() const;
  // A metric of GET /metrics by its label's value, "" without one; and the sum.
  std::map<std::string, double> metric_by_labels(const std::string& name) const;
  double metric(const std::string& name) const;
  bool is_ready() const;           // GET /ready
  void wait_until_folded() const;  // every view has the whole log, and search has loaded what it needs of it
  const std::string& data_folder() const { return data_; }
  void kill();  // SIGKILL; keeps the folder too
  void stop();  // and keeps the folder until destruction

 private:
  bool is_searchable() const;
  void finish(int signal);

  const support::TempFolder folder_;
  std::string data_, secret_;
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace hansard::bench

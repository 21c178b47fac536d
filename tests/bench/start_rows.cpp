// How long a server takes to serve: on a log that was closed in good order, and after a SIGKILL at full load. Counted
// from the fork to the line that says it listens; the note says when every view had caught up (/ready).
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>

#include "tests/bench/generated_log.h"
#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
namespace fs = std::filesystem;

double milliseconds_since(std::uint64_t start) { return static_cast<double>(now_ns() - start) / 1e6; }

// Starts a server on `data`, which it leaves as `leave` says.
template <class Leave>
Row start_row(const std::string& binary, const std::string& data, const std::string& name, Leave leave) {
  const std::uint64_t start = now_ns();
  ServerProcess server({binary, data});
  Row row{name, milliseconds_since(start), "ms", std::nullopt, 0, 0, ""};
  while (!server.is_ready()) ::usleep(1'000);
  char note[120];
  std::snprintf(note, sizeof note, "/ready after %.0f ms; %.0f events in the log", milliseconds_since(start),
                server.metric("hansard_durable_position"));
  row.note = note;
  leave(server);
  return row;
}
}  // namespace

std::vector<Row> start_rows(const ServerSetup& setup, const std::string& scratch, double seconds,
                            std::uint64_t events) {
  const std::string& binary = setup.binary;
  const std::string data = setup.data.empty() ? scratch + "/start-data" : setup.data;
  if (setup.data.empty()) {
    std::cerr << "start: making a log of " << events << " events and folding it\n";
    make_chat_log(data, events);
  }
  {
    ServerProcess server({binary, data});
    server.wait_until_folded();
  }
  std::vector<Row> rows;
  rows.push_back(start_row(binary, data, "start after a clean stop", [&](ServerProcess& server) {
    Scene scene{server, seconds, scratch};
    pipelined_send_row(scene);
    server.kill();
  }));
  rows.push_back(start_row(binary, data, "start after a SIGKILL at full load",
                           [](ServerProcess& server) { server.wait_until_folded(); }));
  std::error_code ignored;
  if (setup.data.empty()) fs::remove_all(data, ignored);
  return rows;
}

}  // namespace hansard::bench

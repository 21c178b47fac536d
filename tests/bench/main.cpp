// hansard-bench: what the whole server does on this machine, each figure beside what RocksDB's own synced append does
// with the same batch in the same run. Not a test: nothing here passes or fails.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "tests/bench/generated_log.h"
#include "tests/bench/scene.h"

namespace fs = std::filesystem;

namespace {

using namespace hansard::bench;

const std::vector<std::string> kNames{"sends", "delivery", "reads", "idle",   "verify", "rebuild",   "past",   "search",
                                      "proof", "segments", "audit", "resume", "start",  "sustained", "members"};

struct Choice {
  std::vector<std::string> only;  // of kNames; empty for all
  std::uint64_t search_messages = 1'000'000, log_events = 2'000'000, audit_events = 1'000'000;
  ServerSetup server;  // of the rows that share one
  bool has(const char* name) const { return only.empty() || std::find(only.begin(), only.end(), name) != only.end(); }
};

void append(std::vector<Row>& rows, std::vector<Row> more) {
  for (auto& row : more) {
    std::cerr << row.name << ": " << row.value << " " << row.unit << "\n";
    rows.push_back(std::move(row));
  }
}

// What other rows leave in memory goes back to the kernel meanwhile, and hides what a socket takes.
Row idle_row_of_its_own(const ServerSetup& setup, double seconds) {
  ServerProcess server(setup);
  Scene scene{server, seconds, {}, false};
  server.wait_until_folded();
  return idle_row(scene);
}

std::vector<Row> run_once(double seconds, bool shows_threads, const Choice& choice) {
  const std::string& binary = choice.server.binary;
  ServerProcess server(choice.server);
  Scene scene{server, seconds, fs::canonical(server.data_folder()).parent_path().string(), shows_threads};
  std::vector<Row> rows;
  server.wait_until_folded();
  if (choice.has("sends")) append(rows, send_rows(scene));
  if (choice.has("delivery")) append(rows, delivery_rows(scene));
  if (choice.has("members")) append(rows, member_rows(scene));
  if (choice.has("reads")) append(rows, read_rows(scene));
  if (choice.has("resume")) append(rows, {resume_row(scene)});
  if (choice.has("sustained")) append(rows, {sustained_row(scene)});
  server.stop();
  if (choice.has("idle")) append(rows, {idle_row_of_its_own(choice.server, seconds)});
  if (choice.has("verify")) append(rows, verify_rows(scene.scratch, choice.log_events));
  if (choice.has("rebuild")) append(rows, rebuild_rows(scene.scratch, choice.log_events));
  if (choice.has("rebuild")) append(rows, beside_rebuild_rows(binary, seconds, choice.log_events));
  if (choice.has("proof")) append(rows, {hashing_row(scene.scratch, choice.log_events)});
  if (choice.has("proof")) append(rows, proof_cost_rows(binary, seconds));
  if (choice.has("past")) append(rows, past_rows(scene.scratch, seconds));
  if (choice.has("search")) append(rows, search_rows(scene.scratch, seconds, choice.search_messages));
  if (choice.has("segments")) append(rows, segment_rows(scene.scratch, choice.log_events));
  if (choice.has("audit")) append(rows, audit_rows(binary, scene.scratch, seconds, choice.audit_events));
  if (choice.has("start")) append(rows, start_rows(choice.server, scene.scratch, seconds, choice.log_events));
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures the whole server on this machine, load generator included."};
  double seconds = 3;
  int runs = 1;
  bool json = false, shows_threads = false;
  Choice choice;
  std::string make_log;
  choice.server.binary = (fs::read_symlink("/proc/self/exe").parent_path() / "hansard").string();
  app.add_option("--seconds", seconds, "length of each timed row (3)")->check(CLI::Range(0.2, 600.0));
  app.add_option("--runs", runs, "runs, each on a fresh server; the table shows medians (1)")->check(CLI::Range(1, 99));
  app.add_option("--only", choice.only, "some of the rows")->check(CLI::IsMember(kNames));
  app.add_option("--server", choice.server.binary, "the server binary (beside this one)")->check(CLI::ExistingFile);
  app.add_option("--server-threads", choice.server.threads, "threads that answer (as the server has it)")
      ->check(CLI::Range(1, 256));
  app.add_option("--data", choice.server.data,
                 "a data folder for the start rows and those that share a server; it is added to (a fresh one)")
      ->check(CLI::ExistingDirectory);
  app.add_option("--search-messages", choice.search_messages, "messages in the index of the search rows (1000000)")
      ->check(CLI::Range(100'000, 100'000'000));
  app.add_option("--log-events", choice.log_events,
                 "events in the log of the verify, rebuild, proof, segments and start rows (2000000)")
      ->check(CLI::Range(1'000, 100'000'000));
  app.add_option("--audit-events", choice.audit_events,
                 "events in the log of the audit rows (1000000; the full form has 10000000)")
      ->check(CLI::Range(10'000, 100'000'000));
  app.add_option("--make-log", make_log, "only make a data folder with that log, for hansard and hansard-replay")
      ->check(CLI::NonexistentPath);
  app.add_flag("--threads", shows_threads, "in the notes of rows of sends: processor time a send by thread");
  app.add_flag("--json", json, "one JSON array on standard output");
  app.footer(
      "Examples:\n  hansard-bench --runs 5 --only sends --json\n"
      "  hansard-bench --make-log big --log-events 10000000 && hansard-bench --only sends --data big");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!choice.server.data.empty()) name_users_apart();
    if (!make_log.empty()) return make_chat_log(make_log, choice.log_events), 0;
    std::vector<std::vector<Row>> all;
    for (int i = 0; i < runs; ++i) all.push_back(run_once(seconds, shows_threads, choice));
    auto rows = medians(all);
    std::cout << (json ? as_json(rows) : as_table(rows));
  } catch (const std::exception& failure) {
    std::cerr << "hansard-bench: " << failure.what() << "\n";
    return 1;
  }
}

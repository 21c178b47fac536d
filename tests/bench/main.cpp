// hansard-bench: what the whole server does on this machine, each figure beside what RocksDB's own synced append does
// with the same batch in the same run. Not a test: nothing here passes or fails.
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "tests/bench/scene.h"

namespace fs = std::filesystem;

namespace {

using namespace hansard::bench;

struct Choice {
  bool sends = true, delivery = true, reads = true, idle = true, rebuild = true, past = true, search = true,
       proof = true, segments = true, audit = true;
  std::uint64_t search_messages = 1'000'000, segment_events = 2'000'000, audit_events = 1'000'000;
};

void append(std::vector<Row>& rows, std::vector<Row> more) {
  for (auto& row : more) {
    std::cerr << row.name << ": " << row.value << " " << row.unit << "\n";
    rows.push_back(std::move(row));
  }
}

std::vector<Row> run_once(const std::string& binary, double seconds, const Choice& choice) {
  ServerProcess server(binary);
  Scene scene{server, seconds, fs::path(server.data_folder()).parent_path().string()};
  std::vector<Row> rows;
  if (choice.sends) append(rows, send_rows(scene));
  if (choice.delivery) append(rows, delivery_rows(scene));
  if (choice.reads) append(rows, read_rows(scene));
  if (choice.idle) append(rows, {idle_row(scene)});
  if (choice.rebuild) append(rows, {rebuild_row(scene)});
  if (choice.proof) append(rows, {hashing_row(scene)});
  if (choice.proof) append(rows, proof_cost_rows(binary, seconds));
  if (choice.past) append(rows, past_rows(scene.scratch, seconds));
  if (choice.search) append(rows, search_rows(scene.scratch, seconds, choice.search_messages));
  if (choice.segments) append(rows, segment_rows(scene.scratch, choice.segment_events));
  if (choice.audit) append(rows, audit_rows(binary, scene.scratch, seconds, choice.audit_events));
  return rows;
}

Choice choice_of(const std::vector<std::string>& only) {
  if (only.empty()) return {};
  auto has = [&](const char* name) { return std::find(only.begin(), only.end(), name) != only.end(); };
  return {has("sends"), has("delivery"), has("reads"), has("idle"),     has("rebuild"),
          has("past"),  has("search"),   has("proof"), has("segments"), has("audit")};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures the whole server on this machine, load generator included."};
  double seconds = 3;
  int runs = 1;
  bool json = false;
  std::vector<std::string> only;
  std::string binary = (fs::read_symlink("/proc/self/exe").parent_path() / "hansard").string();
  app.add_option("--seconds", seconds, "length of each timed row (3)")->check(CLI::Range(0.2, 600.0));
  app.add_option("--runs", runs, "runs, each on a fresh server; the table shows medians (1)")->check(CLI::Range(1, 99));
  app.add_option("--only", only, "sends, delivery, reads, idle, rebuild, past, search, proof, segments, audit")
      ->check(CLI::IsMember(
          {"sends", "delivery", "reads", "idle", "rebuild", "past", "search", "proof", "segments", "audit"}));
  app.add_option("--server", binary, "the server binary (beside this one)")->check(CLI::ExistingFile);
  std::uint64_t search_messages = 1'000'000;
  app.add_option("--search-messages", search_messages, "messages in the index of the search rows (1000000)")
      ->check(CLI::Range(100'000, 100'000'000));
  std::uint64_t segment_events = 2'000'000;
  app.add_option("--segment-events", segment_events, "events in the log of the segments rows (2000000)")
      ->check(CLI::Range(1'000, 100'000'000));
  std::uint64_t audit_events = 1'000'000;
  app.add_option("--audit-events", audit_events,
                 "events in the log of the audit rows (1000000; the full form has 10000000)")
      ->check(CLI::Range(10'000, 100'000'000));
  app.add_flag("--json", json, "one JSON array on standard output");
  app.footer("Example:\n  hansard-bench --runs 5 --only sends --json");
  CLI11_PARSE(app, argc, argv);
  try {
    std::vector<std::vector<Row>> all;
    Choice choice = choice_of(only);
    choice.search_messages = search_messages;
    choice.segment_events = segment_events;
    choice.audit_events = audit_events;
    for (int i = 0; i < runs; ++i) all.push_back(run_once(binary, seconds, choice));
    auto rows = medians(all);
    std::cout << (json ? as_json(rows) : as_table(rows));
  } catch (const std::exception& failure) {
    std::cerr << "hansard-bench: " << failure.what() << "\n";
    return 1;
  }
}

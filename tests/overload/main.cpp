// hansard-overload: more than a server can take, from one process on the same machine, and whether it is its old self
// again afterwards. `./dev soak overload` runs it at its full sizes, CTest with --ci.
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include "tests/overload/scenarios.h"

namespace fs = std::filesystem;
using namespace hansard::overload;

namespace {

using Scenario = std::function<Outcome(const std::string&, const Sizes&)>;

const std::vector<std::pair<std::string, Scenario>> kScenarios{
    {"rush", rush}, {"silent", silent}, {"storm", storm}, {"resume", resume}, {"room", great_room}};

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& [name, scenario] : kScenarios) out.push_back(name);
  return out;
}

void add_sizes(CLI::App& app, Sizes& sizes) {
  app.add_option("--seconds", sizes.seconds, "of overload")->capture_default_str()->check(CLI::Range(1.0, 36'000.0));
  app.add_option("--factor", sizes.factor, "offered, over what was sustained")->capture_default_str();
  app.add_option("--senders", sizes.senders, "sockets that send, of the rush")->capture_default_str();
  app.add_option("--silent", sizes.silent, "sockets that never read")->capture_default_str();
  app.add_option("--storm", sizes.storm, "sockets that are cut at once")->capture_default_str();
  app.add_option("--cuts", sizes.cuts, "how often")->capture_default_str();
  app.add_option("--resuming", sizes.resuming, "devices that resume at once")->capture_default_str();
  app.add_option("--missed", sizes.missed, "messages each of them missed")->capture_default_str();
  app.add_option("--members", sizes.members, "members of the great room")->capture_default_str();
  app.add_option("--messages", sizes.messages, "sent into it")->capture_default_str();
  app.add_option("--seed", sizes.seed, "of what is left to chance")->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "More than a server can take: too many sends, sockets that never read, everybody back at once, many who\n"
      "resume from far back, one great conversation. Says what it saw, and whether the server was its old self\n"
      "again afterwards."};
  std::vector<std::string> only;
  bool ci = false, json = false;
  std::string binary = (fs::read_symlink("/proc/self/exe").parent_path() / "hansard").string();
  for (int i = 1; i < argc; ++i) ci = ci || std::string(argv[i]) == "--ci";
  Sizes sizes = ci ? Sizes::for_ci() : Sizes{};
  add_sizes(app, sizes);
  app.add_option("--only", only, "some of the scenarios")->check(CLI::IsMember(names()));
  app.add_option("--server", binary, "the server binary (beside this one)")->check(CLI::ExistingFile);
  app.add_flag("--ci", ci, "small, and times are no bars");
  app.add_flag("--json", json, "one JSON array on standard output");
  app.footer("Example:\n  ./dev soak overload --only storm --storm 10000 --cuts 10 --json");
  CLI11_PARSE(app, argc, argv);
  raise_file_limit();
  std::string out = "[";
  bool sound = true;
  try {
    for (const auto& [name, scenario] : kScenarios) {
      if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
      auto outcome = scenario(binary, sizes);
      sound = sound && outcome.is_sound();
      out += (out.size() > 1 ? "," : "") + outcome.as_json();
    }
  } catch (const std::exception& failure) {
    std::cerr << "hansard-overload: " << failure.what() << "\n";
    return 1;
  }
  if (json) std::cout << out << "]\n";
  std::cerr << (sound ? "every bar was kept\n" : "a bar was BROKEN\n");
  return sound ? 0 : 1;
}

#include "replay/rebuild_online.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "engine/base/json.h"
#include "replay/client.h"
#include "replay/command_output.h"
#include "replay/progress.h"
#include "replay/server_options.h"

namespace hansard::replay {

using base::JsonValue;
using base::Result;

namespace {
constexpr std::chrono::seconds kPatience{120};
constexpr std::chrono::milliseconds kLook{250};
constexpr char kViews[] = "/api/v1/admin/views/";

bool is_under_way(std::string_view state) {
  return state == "building" || state == "comparing" || state == "swapping" || state == "rolling_back";
}

// How one view's rebuild stands.
struct Standing {
  std::string view, state, why;
  std::uint64_t events = 0, of = 0;
};

Standing standing_of(const JsonValue& view) {
  JsonValue rebuild = view.member("rebuild");
  auto text = [](const JsonValue& value) { return std::string(value.string().value_or("")); };
  auto number = [](const JsonValue& value) { return static_cast<std::uint64_t>(value.integer().value_or(0)); };
  return {text(view.member("name")), text(rebuild.member("state")), text(rebuild.member("why")),
          number(rebuild.member("events")), number(rebuild.member("events_of"))};
}

// Where an order's view is looked at; "all" is the list of them.
std::string question_of(const std::string& order) {
  const auto view = order.substr(0, order.rfind('/'));
  return view == kViews + std::string("all") ? view.substr(0, view.rfind('/')) : view;
}

base::Error no_such_view() {
  return base::error(base::ErrorCode::not_found, "There is no such view: the views are chat, audit and search.");
}

base::Error not_ours(unsigned status) {
  return base::error(base::ErrorCode::refused, "What answered is not a Hansard server (status " +
                                                   std::to_string(status) + "): is the URL right?");
}

// Every refusal of ours has a code; whatever else answers at that URL knows no views at all.
base::Error refusal_in(const JsonValue& problem, unsigned status) {
  if (!problem.member("code").string()) return not_ours(status);
  if (status == 404) return no_such_view();
  return base::error(base::ErrorCode::refused, std::string(problem.member("detail").string().value_or("")) +
                                                   " (status " + std::to_string(status) + ")");
}

// Nothing where they are no views.
std::vector<Standing> standings_in(const JsonValue& answer) {
  std::vector<Standing> all;
  for (const JsonValue& item : answer.member("items").items()) all.push_back(standing_of(item));
  if (answer.member("items").kind() == JsonValue::Kind::missing) all.push_back(standing_of(answer));
  const bool are_views = std::ranges::none_of(all, [](const Standing& one) { return one.view.empty(); });
  return are_views ? all : std::vector<Standing>();
}

class Server {
 public:
  Server(Endpoint endpoint, std::string token, bool quiet)
      : client_(std::move(endpoint), std::move(token), ClientOptions{kPatience, 0, quiet, {}}) {}

  // The views an order or a question answers with. An order that was repeated and then conflicts is under way.
  Result<std::vector<Standing>> ask(const std::string& method, const std::string& target, const std::string& body) {
    ApiRequest request{method, target, "", "", body};
    const auto repeats = client_.repeats();
    TRY(auto response, client_.send(request));
    // The first of them was heard, and only its answer lost.
    const bool was_heard = response.status == 409 && method == "POST" && client_.repeats() > repeats;
    if (was_heard) return ask("GET", question_of(target), "");
    auto parsed = parser_.parse(response.body);
    if (!parsed) return not_ours(response.status);
    if (response.status != 200) return refusal_in(parsed.value(), response.status);
    auto all = standings_in(parsed.value());
    if (all.empty()) return not_ours(response.status);
    return all;
  }

 private:
  Client client_;
  base::JsonParser parser_;
};

Result<Standing> follow(Server& server, const std::string& view, bool quiet) {
  Progress progress("rebuild of " + view, quiet);
  for (;; std::this_thread::sleep_for(kLook)) {
    TRY(auto standings, server.ask("GET", kViews + view, ""));
    const Standing& now = standings.front();
    progress.update(now.events, now.of == 0 ? 0 : static_cast<double>(now.events) / static_cast<double>(now.of));
    if (is_under_way(now.state)) continue;
    progress.finish(now.events);
    if (!now.state.empty()) return now;
    return base::error(base::ErrorCode::refused, "The server was started again and knows nothing of the rebuild of " +
                                                     view + "; what was built is gone. Order it again.");
  }
}

Result<std::vector<Standing>> rebuild_one(Server& server, const OnlineRebuild& asked, const std::string& name) {
  std::string body = asked.compare_only ? "{\"compare_only\":true}" : "{}";
  TRY(auto started, server.ask("POST", kViews + name + "/rebuild", body));
  std::vector<Standing> ended;
  for (const Standing& view : started) {
    if (view.state.empty()) continue;  // not part of it
    TRY(auto end, follow(server, view.view, asked.quiet));
    if (end.state == "differs" && asked.force) {
      TRY(server.ask("POST", kViews + view.view + "/swap", "{\"force\":true}"));
      TRY(end, follow(server, view.view, asked.quiet));
    }
    ended.push_back(std::move(end));
  }
  return ended;
}

std::vector<std::string> each_once(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

Result<std::vector<Standing>> rebuild_all(const OnlineRebuild& asked) {
  TRY(auto endpoint, parse_endpoint(asked.url));
  TRY(auto token, read_token(asked.token_file));
  TRY(find_server(endpoint));
  Server server(std::move(endpoint), std::move(token), asked.quiet);
  if (asked.views.empty()) return rebuild_one(server, asked, "all");
  std::vector<Standing> all;
  for (const std::string& name : each_once(asked.views)) {
    TRY(auto ended, rebuild_one(server, asked, name));
    all.insert(all.end(), ended.begin(), ended.end());
  }
  return all;
}

std::string json_of(const std::vector<Standing>& all) {
  std::string out = "[";
  for (const Standing& view : all) {
    out += out.back() == '[' ? "{" : ",{";
    append_field(out, "view", view.view);
    append_field(out, "state", view.state);
    append_field(out, "events", view.events);
    append_field(out, "why", view.why);
    out += '}';
  }
  return out + "]";
}
}  // namespace

int rebuild_online(const OnlineRebuild& asked) {
  if (asked.token_file.empty()) return refuse_usage("--url needs --token-file, a file with a token of scope admin.");
  auto all = rebuild_all(asked);
  if (!all) return refuse(all.error());
  bool is_well = true;
  for (const Standing& view : all.value()) {
    bool has_words = view.state == "compared" && view.why.find("rows differ") != std::string::npos;
    is_well = is_well && !has_words && (view.state == "swapped" || view.state == "compared");
    if (!asked.json) {
      std::cout << view.view << ": " << view.state << (view.why.empty() ? "" : "; ") << view.why << "\n";
    }
  }
  if (asked.json) std::cout << json_of(all.value()) << "\n";
  return is_well ? 0 : 1;
}

}  // namespace hansard::replay

#include "tests/bench/scene.h"

#include <time.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "engine/base/json.h"
#include "replay/client.h"
#include "tests/bench/load.h"
#include "tests/bench/rocks_limit.h"

namespace hansard::bench {

namespace {
std::string run_name;  // a part of every user's
}  // namespace

void name_users_apart() { run_name = "-" + std::to_string(now_ns() / 1'000'000'000 % 10'000); }
std::string owner_of(const std::string& tag, std::size_t i) { return tag + run_name + "-owner" + std::to_string(i); }
std::string member_of(const std::string& tag, std::size_t i, std::size_t k) {
  return tag + run_name + "-m" + std::to_string(i) + "-" + std::to_string(k);
}

namespace {

std::string post(replay::Client& client, const std::string& target, const std::string& act_as,
                 const std::string& body) {
  auto answer = client.send({"POST", target, act_as, "", body});
  if (!answer) throw std::runtime_error(answer.error().detail);
  if (answer.value().status / 100 != 2) throw std::runtime_error(target + ": " + answer.value().body);
  return answer.value().body;
}

}  // namespace

std::vector<std::string> make_conversations(Scene& scene, const std::string& tag, std::size_t count,
                                            std::size_t members) {
  replay::Client client({"127.0.0.1", std::to_string(scene.server.port())}, scene.server.token("bench", "service"),
                        std::chrono::seconds(10));
  base::JsonParser parser;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) {
    auto created = post(client, "/api/v1/conversations", owner_of(tag, i), R"({"type":"group","title":"bench"})");
    ids.emplace_back(parser.parse(created).value().member("id").string().value());
    for (std::size_t k = 0; k < members; k += 1'000) {
      std::string body = R"({"members":[)";
      for (std::size_t m = k; m < std::min(members, k + 1'000); ++m) {
        body += (m > k ? ",\"" : "\"") + member_of(tag, i, m) + "\"";
      }
      post(client, "/api/v1/conversations/" + ids.back() + "/members", owner_of(tag, i), body + "],\"quiet\":true}");
    }
  }
  return ids;
}

void append_send(std::string& out, std::uint64_t id, const std::string& conversation, std::uint64_t stamp) {
  out += R"({"type":"message.send","id":)" + std::to_string(id) + R"(,"key":"k)" + std::to_string(stamp) + "-" +
         std::to_string(id) + R"(","data":{"conversation_id":")" + conversation + R"(","content":")" +
         std::to_string(stamp) +
         R"( the honourable member asks leave to lay upon the table a message of quite ordinary length"}})";
}

namespace {
double own_cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::string in_short(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}
}  // namespace

SendMeter::SendMeter(Scene& scene)
    : scene_(scene),
      commits_(scene.server.metric("hansard_commits_total")),
      events_(scene.server.metric("hansard_events_total")),
      server_s_(scene.server.cpu_seconds()),
      load_s_(own_cpu_seconds()),
      threads_s_(scene.server.cpu_seconds_by_thread()) {}

void SendMeter::finish(Row& row) {
  const double load_s = own_cpu_seconds() - load_s_;
  row.note = drain();
  const double commits = scene_.server.metric("hansard_commits_total") - commits_;
  const double events = scene_.server.metric("hansard_events_total") - events_;
  if (commits <= 0) return;
  row.server_us = (scene_.server.cpu_seconds() - server_s_) * 1e6 / events;
  row.load_us = load_s * 1e6 / events;
  if (scene_.shows_threads) {
    row.note += "; us a send:";
    for (const auto& [name, seconds] : scene_.server.cpu_seconds_by_thread()) {
      const double us = (seconds - threads_s_[name]) * 1e6 / events;
      if (us >= 0.01) row.note += " " + name + " " + in_short(us, "%.2f") + ",";
    }
    row.note.pop_back();
  }
  row.batch = events / commits;
  auto batch = static_cast<std::size_t>(std::max(1.0, row.batch + 0.5));
  row.limit = rocks_synced_append(scene_.scratch + "/limit", batch, 420, 1.0);
}

// Until every view has everything: what it was behind before that, and the seconds it took.
std::string SendMeter::drain() {
  constexpr std::uint64_t kPatienceNs = 300'000'000'000;
  const std::uint64_t start = now_ns();
  std::string behind;
  for (const auto& [labels, events] : scene_.server.metric_by_labels("hansard_view_lag_events")) {
    behind += labels + " " + in_short(events, "%.0f") + " ";
  }
  while (scene_.server.metric("hansard_view_lag_events") > 0) {
    if (now_ns() - start > kPatienceNs) throw std::runtime_error("the views do not drain: " + behind);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return "behind " + behind + "drained in " + in_short(static_cast<double>(now_ns() - start) / 1e9, "%.1f s");
}

}  // namespace hansard::bench

#include "tests/bench/scene.h"

#include <stdexcept>

#include "engine/base/json.h"
#include "replay/client.h"
#include "tests/bench/rocks_limit.h"

namespace hansard::bench {

std::string owner_of(const std::string& tag, std::size_t i) { return tag + "-owner" + std::to_string(i); }
std::string member_of(const std::string& tag, std::size_t i, std::size_t k) {
  return tag + "-m" + std::to_string(i) + "-" + std::to_string(k);
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

CommitMeter::CommitMeter(Scene& scene)
    : scene_(scene),
      commits_(scene.server.metric("hansard_commits_total")),
      events_(scene.server.metric("hansard_events_total")) {}

void CommitMeter::finish(Row& row) {
  double commits = scene_.server.metric("hansard_commits_total") - commits_;
  double events = scene_.server.metric("hansard_events_total") - events_;
  if (commits <= 0) return;
  row.batch = events / commits;
  auto batch = static_cast<std::size_t>(std::max(1.0, row.batch + 0.5));
  row.limit = rocks_synced_append(scene_.scratch + "/limit", batch, 420, 1.0);
}

}  // namespace hansard::bench

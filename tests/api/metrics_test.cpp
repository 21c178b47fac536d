#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "api/metrics_page.h"
#include "tests/support/source_folder.h"

namespace hansard::api {
namespace {

std::string page_of(const Metrics& metrics) { return metrics_text(metrics.counts(), {}); }

// The value behind "name{labels} ", "" when there is no such line.
std::string value_of(const std::string& page, const std::string& series) {
  const auto at = ("\n" + page).find("\n" + series + " ");
  if (at == std::string::npos) return "";
  const auto begin = at + series.size() + 1;
  return page.substr(begin, page.find('\n', begin) - begin);
}

TEST_CASE("requests are counted by route, method and status class, with their time") {
  Metrics metrics;
  const std::string route = "/api/v1/messages/{id}";
  metrics.count_request(route, "GET", 200, 90'000);
  metrics.count_request(route, "GET", 204, 2'000'000);
  metrics.count_request(route, "GET", 404, 7'000'000'000);
  metrics.count_request(route, "DELETE", 503, 1);
  const std::string page = page_of(metrics);
  const std::string get = "{route=\"" + route + "\",method=\"GET\"";
  CHECK(value_of(page, "hansard_http_requests_total" + get + ",status=\"2xx\"}") == "2");
  CHECK(value_of(page, "hansard_http_requests_total" + get + ",status=\"4xx\"}") == "1");
  CHECK(value_of(page, "hansard_http_requests_total" + get + ",status=\"5xx\"}").empty());
  CHECK(value_of(page, "hansard_http_request_seconds_bucket" + get + ",le=\"0.0001\"}") == "1");
  CHECK(value_of(page, "hansard_http_request_seconds_bucket" + get + ",le=\"5\"}") == "2");
  CHECK(value_of(page, "hansard_http_request_seconds_bucket" + get + ",le=\"+Inf\"}") == "3");
  CHECK(value_of(page, "hansard_http_request_seconds_count" + get + "}") == "3");
  CHECK(std::stod(value_of(page, "hansard_http_request_seconds_sum" + get + "}")) == Approx(7.00209));
}

TEST_CASE("a request's own words never become labels") {
  Metrics metrics;
  metrics.count_request("", "BREW", 999, 1);
  metrics.count_request("", "BREW\"}\n", -1, 1);
  const std::string page = page_of(metrics);
  CHECK(page.find("BREW") == std::string::npos);
  CHECK(value_of(page, R"(hansard_http_requests_total{route="none",method="other",status="other"})") == "2");
}

TEST_CASE("the page stays bounded whatever is counted") {
  Metrics metrics;
  for (std::size_t i = 0; i < 2 * Metrics::kSeriesMax; ++i) {
    metrics.count_request("/" + std::to_string(i), "GET", 200, 1);
    metrics.rejected("code" + std::to_string(i));
  }
  const std::string page = page_of(metrics);
  CHECK(value_of(page, R"(hansard_http_requests_total{route="other",method="other",status="2xx"})") == "256");
  CHECK(value_of(page, R"(hansard_rejected_total{code="other"})") == "256");
  CHECK(value_of(page, R"(hansard_rejected_total{code="code255"})") == "1");
  CHECK(value_of(page, R"(hansard_rejected_total{code="code256"})").empty());
}

TEST_CASE("what several threads count adds up") {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 1'000; ++i) {
        metrics.count_request("/ready", "GET", 200, 1);
        metrics.rejected("overloaded");
        metrics.frames_out(3);
        metrics.acks(1);
        metrics.session_opened();
      }
      metrics.session_closed();
      metrics.lagging(2);
      metrics.lagging(-1);
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string page = page_of(metrics);
  CHECK(value_of(page, R"(hansard_http_requests_total{route="/ready",method="GET",status="2xx"})") == "4000");
  CHECK(value_of(page, R"(hansard_rejected_total{code="overloaded"})") == "4000");
  CHECK(value_of(page, "hansard_frames_out_total") == "12000");
  CHECK(value_of(page, "hansard_acks_total") == "4000");
  CHECK(value_of(page, "hansard_sessions") == "3996");
  CHECK(value_of(page, "hansard_sessions_lagging") == "4");
}

TEST_CASE("the engine and the views are on the page") {
  PageParts parts;
  engine::Metrics& engine = parts.engine;
  engine.commits = 4;
  engine.events = 1'000;
  engine.queue_depth = 17;
  engine.sync_seconds.counts = {0, 3, 0, 0, 1};
  engine.sync_seconds.sum = 2.5;
  engine.commit_events.counts.back() = 4;
  engine.has_disk_reserve = false;
  projections::ViewStatus behind, stopped;
  behind.name = "conversation";
  behind.applied = {90};
  behind.unknown_events = 2;
  stopped.name = "unread";
  stopped.applied = {100};
  stopped.stopped = "position 101 cannot be applied";
  parts.views = {behind, stopped};
  parts.view_lag_s = {1.5, 0};
  parts.durable = {100};
  parts.certificate_expires = {1'767'225'600'000};
  const std::string page = metrics_text({}, parts);
  CHECK(value_of(page, "hansard_commits_total") == "4");
  CHECK(value_of(page, "hansard_events_total") == "1000");
  CHECK(value_of(page, "hansard_queue_commands") == "17");
  CHECK(value_of(page, "hansard_sync_seconds_sum") == "2.5");
  CHECK(value_of(page, "hansard_sync_seconds_count") == "4");
  CHECK(value_of(page, R"(hansard_sync_seconds_bucket{le="0.00025"})") == "3");
  CHECK(value_of(page, R"(hansard_commit_events_bucket{le="4000"})") == "0");
  CHECK(value_of(page, R"(hansard_commit_events_bucket{le="+Inf"})") == "4");
  CHECK(std::stod(value_of(page, "hansard_tls_certificate_expires_timestamp_seconds")) == 1'767'225'600);
  CHECK(value_of(page, "hansard_disk_reserve") == "0");
  CHECK(value_of(page, "hansard_durable_position") == "100");
  CHECK(value_of(page, R"(hansard_view_lag_events{view="conversation"})") == "10");
  CHECK(value_of(page, R"(hansard_view_lag_events{view="unread"})") == "0");
  CHECK(value_of(page, R"(hansard_view_lag_seconds{view="conversation"})") == "1.5");
  CHECK(value_of(page, R"(hansard_view_unknown_events_total{view="conversation"})") == "2");
  CHECK(value_of(page, R"(hansard_view_stopped{view="conversation"})") == "0");
  CHECK(value_of(page, R"(hansard_view_stopped{view="unread"})") == "1");
}

TEST_CASE("how far the log is hashed and signed is on the page") {
  PageParts parts;
  auto& proofs = parts.proofs.emplace();
  proofs.hashed = 90;
  proofs.signed_size = 80;
  proofs.signed_at = {1'000};
  proofs.cpu_ns = 1'500'000'000;
  parts.durable = {100};
  parts.now = {3'500};
  const std::string page = metrics_text({}, parts);
  CHECK(value_of(page, "hansard_proof_hashed_size") == "90");
  CHECK(value_of(page, "hansard_proof_signed_size") == "80");
  CHECK(value_of(page, "hansard_proof_lag_events") == "10");
  CHECK(value_of(page, "hansard_proof_checkpoint_age_seconds") == "2.5");
  CHECK(value_of(page, "hansard_proof_cpu_seconds_total") == "1.5");
  CHECK(value_of(page, "hansard_proof_stopped") == "0");
}

TEST_CASE("backups that failed and the newest one are on the page") {
  PageParts parts;
  parts.backups_failed = 2;
  parts.backup_made = {1'767'225'600'000};
  const std::string page = metrics_text({}, parts);
  CHECK(value_of(page, "hansard_backup_failed_total") == "2");
  CHECK(std::stod(value_of(page, "hansard_backup_last_timestamp_seconds")) == 1'767'225'600);
}

TEST_CASE("the process shows its memory and its open files") {
  const std::string page = page_of(Metrics());
  CHECK(std::stod(value_of(page, "process_resident_memory_bytes")) > 1e6);
  CHECK(std::stod(value_of(page, "process_open_fds")) >= 3);
}

TEST_CASE("every family is explained once and has its type") {
  Metrics metrics;
  metrics.count_request("/ready", "GET", 200, 1);
  const std::string page = page_of(metrics);
  for (const char* name : {"hansard_http_requests_total", "hansard_sessions", "hansard_commits_total"}) {
    const std::string help = "# HELP " + std::string(name) + " ";
    CHECK(page.find(help) != std::string::npos);
    CHECK(page.find(help) == page.rfind(help));
  }
  CHECK(page.find("# TYPE hansard_http_request_seconds histogram") != std::string::npos);
}

std::set<std::string> names_in(const std::string& text, const char* line) {
  const std::regex pattern(line);
  std::set<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) names.insert((*it)[1]);
  return names;
}

TEST_CASE("OPERATIONS.md lists the metrics of the page, all and no other") {
  std::ifstream file(support::source_folder() + "/docs/OPERATIONS.md");
  const std::string doc{std::istreambuf_iterator<char>(file), {}};
  CHECK(names_in(doc, R"(\n\| `((?:hansard|process)_\w+)` \|)") == names_in(page_of(Metrics()), R"(# TYPE (\w+) )"));
}

TEST_CASE("the dashboard and the alerts ask for metrics that are there") {
  auto known = names_in(page_of(Metrics()), R"(# TYPE (\w+) )");
  for (const char* part : {"_bucket", "_sum", "_count"}) {
    for (const char* name : {"hansard_sync_seconds", "hansard_commit_events", "hansard_http_request_seconds"})
      known.insert(std::string(name) + part);
  }
  for (const char* file : {"grafana.json", "alerts.yml"}) {
    std::ifstream in(support::source_folder() + "/docs/deploy/" + file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto asked = names_in(text, R"(\b((?:hansard|process)_\w+))");
    CHECK(asked.size() > 5);
    for (const auto& name : asked) {
      INFO(file);
      INFO(name);
      CHECK(known.count(name) == 1);
    }
  }
}

}  // namespace
}  // namespace hansard::api

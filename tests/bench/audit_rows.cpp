// Pages of the audit log over HTTP, from a server of its own on a generated log: one connection, one page of 50 at a
// time, the record of each read included. Rows differ in their filters; what they ask for is drawn as the log was.
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>

#include "engine/base/clock.h"
#include "engine/base/position_text.h"
#include "replay/client.h"
#include "tests/bench/audit_log.h"
#include "tests/bench/generated_log.h"
#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
// The filters of one request, drawn for each.
using Filters = std::function<std::string(std::mt19937_64&)>;

class AuditBench {
 public:
  AuditBench(const std::string& binary, const std::string& data, double seconds, std::uint64_t events)
      : server_({binary, data}), token_(server_.token("auditor", "audit")), seconds_(seconds), events_(events) {
    wait_for_views();
  }

  std::vector<Row> run() {
    const auto actor = [this](auto& random) { return "actor=" + AuditLog::user(log_.users().draw(random)).value; };
    const auto room = [this](auto& random) {
      return "conversation_id=" + base::to_text(AuditLog::conversation(log_.conversations().draw(random)));
    };
    const auto busy = [](auto& random) { return "actor=" + AuditLog::user(random() % 5).value; };
    const auto busy_room = [](auto& random) {
      return "conversation_id=" + base::to_text(AuditLog::conversation(random() % 5));
    };
    const auto message = [this](auto& random) {
      return "message_id=" + base::to_text(AuditLog::message(1 + random() % events_));
    };
    const auto middle = [this](auto& random) {
      return "to_time=" + base::time_text(AuditLog::time_of({1 + random() % events_}));
    };
    std::vector<Row> rows;
    add(rows, "the newest events", [](auto&) { return std::string(); });
    add(rows, "an actor", actor);
    add(rows, "a conversation", room);
    add(rows, "a message", message);
    add(rows, "a rare type", [](auto&) { return "type=message.deleted"; });
    add(rows, "an actor nobody knows", [](auto&) { return "actor=nobody"; });
    add(rows, "a type that never was", [](auto&) { return "type=user.erased"; });
    add(rows, "actor and conversation", [=](auto& random) { return actor(random) + "&" + room(random); });
    add(rows, "busy actor and busy conversation", [=](auto& r) { return busy(r) + "&" + busy_room(r); });
    add(rows, "busy actor and a rare type", [=](auto& r) { return busy(r) + "&type=message.deleted"; });
    add(rows, "busy both and a rare type",
        [=](auto& r) { return busy(r) + "&" + busy_room(r) + "&type=message.deleted"; });
    add(rows, "busy both and a type that never was",
        [=](auto& r) { return busy(r) + "&" + busy_room(r) + "&type=member.added"; });
    add(rows, "actor, up to any time", [=](auto& random) { return actor(random) + "&" + middle(random); });
    return rows;
  }

 private:
  void wait_for_views() {
    const auto at = base::position_text(1, {events_});
    std::cerr << "audit: waiting until the views have folded " << events_ << " events\n";
    replay::Client client({"127.0.0.1", std::to_string(server_.port())}, token_, std::chrono::hours(2));
    for (const std::string& target : {"/api/v1/audit?limit=1&min_position=" + at, std::string("/ready")}) {
      const auto answer = client.send({"GET", target, "", "", ""});
      if (!answer) throw std::runtime_error(answer.error().detail);
      if (answer.value().status != 200) throw std::runtime_error(target + " answers " + answer.value().body);
    }
  }

  void add(std::vector<Row>& rows, const std::string& name, const Filters& filters) {
    std::mt19937_64 random(7);
    std::uint64_t pages = 0, partial = 0, items = 0, failed = 0;
    std::vector<std::uint64_t> latencies;
    Load load(server_.port());
    auto ask = [&](Connection& connection) {
      connection.sent_at.assign(1, now_ns());
      connection.send("GET /api/v1/audit?limit=50&" + filters(random) +
                      " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token_ + "\r\n\r\n");
    };
    load.open_http([&](Connection& connection, std::string_view body) {
      latencies.push_back(now_ns() - connection.sent_at[0]);
      ++pages;
      std::uint64_t found = 0;
      for (auto at = body.find("\"stream\":"); at != body.npos; at = body.find("\"stream\":", at + 1)) ++found;
      items += found;
      failed += body.find("\"scanned_to\"") == body.npos ? 1 : 0;
      partial += found < 50 && !body.ends_with("\"next\":null}") ? 1 : 0;
      ask(connection);
    });
    ask(load.at(0));
    const double used = server_.cpu_seconds();
    const std::uint64_t start = now_ns();
    load.run(start + static_cast<std::uint64_t>(seconds_ * 1e9));
    const double passed = static_cast<double>(now_ns() - start) / 1e9;
    if (failed > 0) throw std::runtime_error(name + ": a request was not answered with a page");
    const auto count = static_cast<double>(std::max<std::uint64_t>(pages, 1));
    char note[96];
    std::snprintf(note, sizeof note, "%.2f ms CPU, %.1f events a page, %.1f %% partial",
                  1e3 * (server_.cpu_seconds() - used) / count, static_cast<double>(items) / count,
                  100 * static_cast<double>(partial) / count);
    rows.push_back(
        {"audit: " + name, static_cast<double>(pages) / passed, "pages/s", percentiles(latencies), 0, 0, note});
  }

  const AuditLog log_;  // for its laws
  ServerProcess server_;
  const std::string token_;
  const double seconds_;
  const std::uint64_t events_;
};
}  // namespace

std::vector<Row> audit_rows(const std::string& binary, const std::string& scratch, double seconds,
                            std::uint64_t events) {
  const std::string data = scratch + "/audit-data";
  std::cerr << "audit: making a log of " << events << " events\n";
  AuditLog generated;
  make_log(data, events, [&generated] { return generated.next(); });
  auto rows = AuditBench(binary, data, seconds, events).run();
  std::filesystem::remove_all(data);
  return rows;
}

}  // namespace hansard::bench

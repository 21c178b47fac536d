// Reads per second over HTTP, and memory per idle WebSocket.
#include <cmath>

#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {

std::string get_request(const std::string& target, const std::string& token) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n";
}

std::string in_mb(double bytes) { return std::to_string(std::llround(bytes / 1e6)); }

// `requests[i]` again and again on connection i, one at a time.
Row closed_loop_reads(Scene& scene, const std::string& name, const std::vector<std::string>& requests) {
  std::uint64_t answers = 0, bytes = 0;
  std::vector<std::uint64_t> latencies;
  Load load(scene.server.port());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    load.open_http([&](Connection& connection, std::string_view body) {
      ++answers;
      bytes += body.size();
      latencies.push_back(now_ns() - connection.sent_at[0]);
      connection.sent_at[0] = now_ns();
      connection.send(requests[connection.index]);
    });
    load.at(i).sent_at.assign(1, now_ns());
    load.at(i).send(requests[i]);
  }
  load.run(now_ns() + 300'000'000);
  answers = bytes = 0;
  latencies.clear();
  std::uint64_t start = now_ns();
  load.run(start + static_cast<std::uint64_t>(scene.seconds * 1e9));
  double passed = static_cast<double>(now_ns() - start) / 1e9;
  return {name,
          static_cast<double>(answers) / passed,
          "requests/s",
          percentiles(latencies),
          0,
          0,
          std::to_string(answers == 0 ? 0 : bytes / answers) + " bytes a body"};
}

void fill(Scene& scene, const std::string& tag, const std::vector<std::string>& conversations, std::size_t messages) {
  Load load(scene.server.port());
  std::uint64_t acked = 0, stamp = now_ns();
  load.open_websocket(scene.server.token("bench", "service"),
                      [&](Connection&, std::string_view text) { acked += text.starts_with(R"({"type":"ack")"); });
  std::uint64_t sent = 0, wanted = conversations.size() * messages;
  std::string frame;
  auto tick = [&] {
    for (; sent < wanted && sent < acked + 128; ++sent) {
      frame.clear();
      append_send(frame, sent, conversations[sent % conversations.size()], stamp);
      frame.insert(1, R"("act_as":")" + owner_of(tag, sent % conversations.size()) + R"(",)");
      load.at(0).send(frame);
    }
  };
  load.run(stamp + 60'000'000'000, [&] { return acked == wanted; }, tick);
}

}  // namespace

std::vector<Row> read_rows(Scene& scene) {
  auto conversations = make_conversations(scene, "read", 50, 1);
  fill(scene, "read", conversations, 200);
  std::vector<std::string> history, unread;
  for (std::size_t i = 0; i < 64; ++i) {
    std::size_t c = i % conversations.size();
    history.push_back(get_request("/api/v1/conversations/" + conversations[c] + "/messages?limit=100",
                                  scene.server.token(owner_of("read", c))));
    unread.push_back(get_request("/api/v1/unread", scene.server.token(member_of("read", c, 0))));
  }
  return {closed_loop_reads(scene, "history of 100 messages, 64 connections", history),
          closed_loop_reads(scene, "unread totals, 64 connections", unread)};
}

// Resident memory after each step: kStep sockets of new users, and then further sockets of the same; what one socket
// takes is the slope of those.
Row idle_row(Scene& scene) {
  constexpr std::size_t kFirst = 500, kStep = 5'000, kSteps = 3, kShown = 100'000;
  constexpr std::uint64_t kSettleNs = 2'500'000'000;
  Load load(scene.server.port());
  std::size_t sockets = 0;
  const auto open = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i, ++sockets) {
      load.open_websocket(
          scene.server.token("idle" + std::to_string(i)), [](Connection&, std::string_view) {}, "127.0.0.2");
    }
    load.run(now_ns() + kSettleNs);
    return static_cast<double>(scene.server.resident_bytes());
  };
  open(kFirst);
  std::vector<double> bytes;
  std::string note;
  for (std::size_t step = 0; step < kSteps; ++step) {
    bytes.push_back(open(kStep));
    note += in_mb(bytes.back()) + " MB with " + std::to_string(sockets) + " sockets, ";
  }
  const double each = (bytes.back() - bytes.front()) / static_cast<double>(kStep * (kSteps - 1));
  note += "on that slope " + in_mb(bytes.back() + each * static_cast<double>(kShown - sockets)) + " with " +
          std::to_string(kShown) + "; resident memory of the server";
  return {"memory of an idle WebSocket", each / 1024, "KiB", std::nullopt, 0, 0, note};
}

}  // namespace hansard::bench

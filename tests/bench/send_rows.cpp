// Durable sends per second: every ack is after the sync, every send passes authentication, rules, idempotency, log,
// views and delivery (its own copy comes back to the sender's socket).
#include <stdexcept>

#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {

constexpr std::string_view kAck = R"({"type":"ack","re":)";

struct Pump {
  const std::vector<std::string>& conversations;
  std::vector<std::uint64_t> latencies;
  std::uint64_t acks = 0;
  std::uint64_t run_stamp = 0;
  bool measuring = false;
  std::string frame;

  void send_next(Connection& connection) {
    frame.clear();
    connection.sent_at.push_back(now_ns());
    append_send(frame, connection.sent_at.size() - 1, conversations[connection.index], run_stamp + connection.index);
    connection.send(frame);
  }
  void on_frame(Connection& connection, std::string_view text) {
    if (text.starts_with(R"({"type":"error")")) throw std::runtime_error(std::string(text));
    if (!text.starts_with(kAck)) return;
    auto number = std::strtoull(text.data() + kAck.size(), nullptr, 10);
    if (measuring) {
      ++acks;
      latencies.push_back(now_ns() - connection.sent_at[number]);
    }
    send_next(connection);
  }
};

Row websocket_row(Scene& scene, const std::string& name, std::size_t sockets, std::size_t in_flight) {
  std::string tag = "s" + std::to_string(sockets) + "x" + std::to_string(in_flight);
  auto conversations = make_conversations(scene, tag, sockets, 1);
  Pump pump{conversations, {}, 0, now_ns(), false, {}};
  Load load(scene.server.port());
  for (std::size_t i = 0; i < sockets; ++i) {
    load.open_websocket(scene.server.token(owner_of(tag, i)),
                        [&pump](Connection& c, std::string_view text) { pump.on_frame(c, text); });
  }
  SendMeter meter(scene);
  for (std::size_t i = 0; i < sockets; ++i) {
    for (std::size_t k = 0; k < in_flight; ++k) pump.send_next(load.at(i));
  }
  load.run(now_ns() + 500'000'000);
  pump.measuring = true;
  std::uint64_t start = now_ns();
  load.run(start + static_cast<std::uint64_t>(scene.seconds * 1e9));
  double passed = static_cast<double>(now_ns() - start) / 1e9;
  Row row{name, static_cast<double>(pump.acks) / passed, "sends/s", percentiles(pump.latencies), 0, 0, ""};
  meter.finish(row);
  return row;
}

std::string http_request(Scene& scene, const std::string& tag, std::size_t i, const std::string& conversation,
                         std::uint64_t number) {
  std::string body = R"({"content":"the honourable member asks leave to lay upon the table a message"})";
  return "POST /api/v1/conversations/" + conversation +
         "/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + scene.server.token(owner_of(tag, i)) +
         "\r\nIdempotency-Key: h" + std::to_string(number) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Row http_row(Scene& scene) {
  constexpr std::size_t kConnections = 64;
  auto conversations = make_conversations(scene, "http", kConnections, 1);
  std::vector<std::string> head, tail;  // around the idempotency key
  for (std::size_t i = 0; i < kConnections; ++i) {
    auto request = http_request(scene, "http", i, conversations[i], 0);
    auto key = request.find("Key: h0\r\n") + 6;
    head.push_back(request.substr(0, key));
    tail.push_back(request.substr(key + 1));
  }
  std::uint64_t number = now_ns(), answers = 0;
  bool measuring = false;
  std::vector<std::uint64_t> latencies;
  auto send_next = [&](Connection& connection) {
    connection.sent_at.assign(1, now_ns());
    connection.send(head[connection.index] + std::to_string(++number) + tail[connection.index]);
  };
  SendMeter meter(scene);
  Load load(scene.server.port());
  for (std::size_t i = 0; i < kConnections; ++i) {
    load.open_http([&](Connection& connection, std::string_view) {
      if (measuring) {
        ++answers;
        latencies.push_back(now_ns() - connection.sent_at[0]);
      }
      send_next(connection);
    });
    send_next(load.at(i));
  }
  load.run(now_ns() + 500'000'000);
  measuring = true;
  std::uint64_t start = now_ns();
  load.run(start + static_cast<std::uint64_t>(scene.seconds * 1e9));
  double passed = static_cast<double>(now_ns() - start) / 1e9;
  Row row{"HTTP sends, 64 keep-alive connections",
          static_cast<double>(answers) / passed,
          "sends/s",
          percentiles(latencies),
          0,
          0,
          ""};
  meter.finish(row);
  return row;
}

}  // namespace

Row pipelined_send_row(Scene& scene) {
  return websocket_row(scene, "WebSocket sends, 64 sockets x 16 in flight", 64, 16);
}

std::vector<Row> send_rows(Scene& scene) {
  return {pipelined_send_row(scene), websocket_row(scene, "WebSocket sends, closed loop, 64 sockets", 64, 1),
          websocket_row(scene, "WebSocket sends, closed loop, 1000 sockets", 1'000, 1), http_row(scene)};
}

}  // namespace hansard::bench

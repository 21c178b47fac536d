// What a send costs as its conversation grows: one sender with 64 in flight, everybody else away.
#include <cstdlib>

#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
constexpr std::size_t kInFlight = 64;
constexpr std::string_view kAck = R"({"type":"ack")";

Row member_row(Scene& scene, std::size_t members) {
  const std::string tag = "members" + std::to_string(members);
  const auto conversations = make_conversations(scene, tag, 1, members - 1);
  std::uint64_t acks = 0;
  const std::uint64_t stamp = now_ns();
  std::string frame;
  const auto send_next = [&](Connection& connection) {
    frame.clear();
    append_send(frame, connection.sent, conversations[0], stamp);
    connection.send(frame);
  };
  Load load(scene.server.port());
  load.open_websocket(scene.server.token(owner_of(tag, 0)), [&](Connection& connection, std::string_view text) {
    if (!text.starts_with(kAck)) return;
    ++acks;
    send_next(connection);
  });
  SendMeter meter(scene);
  for (std::size_t k = 0; k < kInFlight; ++k) send_next(load.at(0));
  load.run(now_ns() + 500'000'000);
  acks = 0;
  const std::uint64_t start = now_ns();
  load.run(start + static_cast<std::uint64_t>(scene.seconds * 1e9));
  const double passed = static_cast<double>(now_ns() - start) / 1e9;
  Row row{"sends into a conversation of " + std::to_string(members),
          static_cast<double>(acks) / passed,
          "sends/s",
          std::nullopt,
          0,
          0,
          ""};
  meter.finish(row);
  return row;
}
}  // namespace

std::vector<Row> member_rows(Scene& scene) {
  std::vector<Row> rows;
  for (std::size_t members : {10, 100, 1'000, 10'000, 100'000}) rows.push_back(member_row(scene, members));
  return rows;
}

}  // namespace hansard::bench

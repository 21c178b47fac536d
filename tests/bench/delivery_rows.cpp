// How long until another socket has it (open_loop.h), and how many frames a second one conversation's members get.
#include "tests/bench/load.h"
#include "tests/bench/open_loop.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {

constexpr std::string_view kNew = R"({"type":"message.new")";
constexpr std::string_view kAck = R"({"type":"ack","re":)";

std::vector<Row> open_loop_rows(Scene& scene, double rate) {
  OpenLoop loop(scene, "open" + std::to_string(static_cast<int>(rate)));
  SendMeter meter(scene);
  loop.run(rate, 0.5);
  loop.forget();
  const std::uint64_t start = now_ns();
  loop.run(rate, scene.seconds);
  const double passed = static_cast<double>(now_ns() - start) / 1e9;
  const auto per_second = [&](const auto& what) { return static_cast<double>(what.size()) / passed; };
  const std::string at_rate = " at " + std::to_string(static_cast<int>(rate)) + "/s";
  Row ack{"send to ack" + at_rate, per_second(loop.acks), "acks/s", percentiles(loop.acks), 0, 0, ""};
  Row push{"send to the other socket" + at_rate,
           per_second(loop.deliveries),
           "frames/s",
           percentiles(loop.deliveries),
           0,
           0,
           ""};
  meter.finish(ack);
  return {ack, push};
}

// One sender in one conversation. With one send in flight every frame leaves alone; with many a socket's frames are
// written together.
Row fan_out_row(Scene& scene, std::size_t members, std::size_t in_flight) {
  std::string tag = "fan" + std::to_string(members) + "x" + std::to_string(in_flight);
  auto conversations = make_conversations(scene, tag, 1, members);
  std::uint64_t frames = 0;
  Load load(scene.server.port());
  std::string frame;
  auto send_next = [&](Connection& connection) {
    frame.clear();
    append_send(frame, connection.sent, conversations[0], now_ns());
    connection.send(frame);
  };
  load.open_websocket(scene.server.token(owner_of(tag, 0)), [&](Connection& connection, std::string_view text) {
    if (text.starts_with(kAck)) send_next(connection);
  });
  for (std::size_t k = 0; k < members; ++k) {
    load.open_websocket(scene.server.token(member_of(tag, 0, k)),
                        [&](Connection&, std::string_view text) { frames += text.starts_with(kNew); });
  }
  SendMeter meter(scene);
  for (std::size_t i = 0; i < in_flight; ++i) send_next(load.at(0));
  load.run(now_ns() + 300'000'000);
  frames = 0;
  std::uint64_t start = now_ns();
  load.run(start + static_cast<std::uint64_t>(scene.seconds * 1e9));
  double passed = static_cast<double>(now_ns() - start) / 1e9;
  Row row{"fan-out, " + std::to_string(members) + " online, " + std::to_string(in_flight) + " in flight",
          static_cast<double>(frames) / passed,
          "frames/s",
          std::nullopt,
          0,
          0,
          ""};
  meter.finish(row);
  return row;
}

// Every member's copy counts; the owner, who is the tenth, has his own.
Row groups_row(Scene& scene) {
  constexpr std::size_t kGroups = 64, kOthers = 9, kInFlight = 4;
  auto conversations = make_conversations(scene, "groups", kGroups, kOthers);
  std::uint64_t copies = 0, stamp = now_ns();
  Load load(scene.server.port());
  std::string frame;
  auto send_next = [&](Connection& connection) {
    frame.clear();
    append_send(frame, connection.sent, conversations[connection.index], stamp + connection.index);
    connection.send(frame);
  };
  for (std::size_t i = 0; i < kGroups; ++i) {
    load.open_websocket(scene.server.token(owner_of("groups", i)), [&](Connection& connection, std::string_view text) {
      copies += text.starts_with(kNew);
      if (text.starts_with(kAck)) send_next(connection);
    });
  }
  for (std::size_t i = 0; i < kGroups * kOthers; ++i) {
    load.open_websocket(scene.server.token(member_of("groups", i / kOthers, i % kOthers)),
                        [&](Connection&, std::string_view text) { copies += text.starts_with(kNew); });
  }
  SendMeter meter(scene);
  for (std::size_t i = 0; i < kGroups * kInFlight; ++i) send_next(load.at(i % kGroups));
  load.run(now_ns() + 500'000'000);
  copies = 0;
  std::uint64_t start = now_ns();
  load.run(start + static_cast<std::uint64_t>(scene.seconds * 1e9));
  double passed = static_cast<double>(now_ns() - start) / 1e9;
  Row row{"10 online members, every copy delivered",
          static_cast<double>(copies) / (kOthers + 1) / passed,
          "sends/s",
          std::nullopt,
          0,
          0,
          ""};
  meter.finish(row);
  return row;
}

}  // namespace

std::vector<Row> delivery_rows(Scene& scene) {
  auto rows = open_loop_rows(scene, 5'000);
  for (auto& row : open_loop_rows(scene, 20'000)) rows.push_back(std::move(row));
  rows.push_back(groups_row(scene));
  rows.push_back(fan_out_row(scene, 10, 16));
  rows.push_back(fan_out_row(scene, 1'000, 1));
  rows.push_back(fan_out_row(scene, 1'000, 64));
  return rows;
}

}  // namespace hansard::bench

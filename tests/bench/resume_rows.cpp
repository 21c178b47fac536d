// How long a device that was away needs: from its `resume` frame to `caught_up`, every missed message in between.
#include <algorithm>
#include <stdexcept>

#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
constexpr std::uint64_t kMissed = 10'000;
constexpr int kResumes = 20;
constexpr std::uint64_t kPatience = 60'000'000'000;  // ns

// The value of a text field of a flat frame; "" where there is none.
std::string field(std::string_view frame, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const auto at = frame.find(key);
  if (at == std::string_view::npos) return "";
  const auto from = at + key.size();
  return std::string(frame.substr(from, frame.find('"', from) - from));
}

// Sends them all, 256 in flight; the position of the first ack.
std::string send_missed(Scene& scene, const std::string& owner, const std::string& conversation) {
  Load load(scene.server.port());
  std::uint64_t sent = 0, acked = 0, stamp = now_ns();
  std::string first;
  load.open_websocket(scene.server.token(owner), [&](Connection&, std::string_view text) {
    if (!text.starts_with(R"({"type":"ack")")) return;
    if (++acked == 1) first = field(text, "position");
  });
  std::string frame;
  load.run(
      stamp + kPatience, [&] { return acked == kMissed + 1; },
      [&] {
        for (; sent <= kMissed && sent < acked + 256; ++sent) {
          frame.clear();
          append_send(frame, sent, conversation, stamp);
          load.at(0).send(frame);
        }
      });
  if (acked != kMissed + 1 || first.empty()) throw std::runtime_error("the missed messages were not all acknowledged");
  return first;
}

// One device, from a socket that is open and authenticated.
std::uint64_t resume(Scene& scene, const std::string& user, const std::string& position) {
  Load load(scene.server.port());
  std::uint64_t ended = 0, seen = 0;
  Connection& device = load.open_websocket(scene.server.token(user), [&](Connection&, std::string_view text) {
    seen += text.starts_with(R"({"type":"message.new")");
    if (text.starts_with(R"({"type":"caught_up")")) ended = now_ns();
  });
  const std::uint64_t start = now_ns();
  device.send(R"({"type":"resume","id":1,"data":{"position":")" + position + R"("}})");
  load.run(now_ns() + kPatience, [&] { return ended != 0; });
  if (ended == 0 || seen != kMissed) {
    throw std::runtime_error("the resume brought " + std::to_string(seen) + " messages");
  }
  return ended - start;
}
}  // namespace

Row resume_row(Scene& scene) {
  const auto conversations = make_conversations(scene, "resume", 1, 1);
  const std::string position = send_missed(scene, owner_of("resume", 0), conversations[0]);
  std::vector<std::uint64_t> took;
  for (int i = 0; i < kResumes; ++i) took.push_back(resume(scene, member_of("resume", 0, 0), position));
  const Percentiles spread = percentiles(took);
  return {"resume after 10,000 missed messages, to caught_up", spread.p50, "ms", spread, 0, 0, "20 in turn"};
}

}  // namespace hansard::bench

#include "tests/bench/open_loop.h"

#include <optional>

namespace hansard::bench {

namespace {
constexpr std::size_t kPairs = 64;
constexpr std::string_view kNew = R"({"type":"message.new")";
constexpr std::string_view kAck = R"({"type":"ack","re":)";
constexpr std::string_view kError = R"({"type":"error")";

// The stamp a message's text begins with (append_send).
std::optional<std::uint64_t> stamp_of(std::string_view frame) {
  auto at = frame.find(R"("content":")");
  if (!frame.starts_with(kNew) || at == std::string_view::npos) return std::nullopt;
  return std::strtoull(frame.data() + at + 11, nullptr, 10);
}
}  // namespace

OpenLoop::OpenLoop(Scene& scene, const std::string& tag)
    : conversations_(make_conversations(scene, tag, kPairs, 1)), load_(scene.server.port()) {
  for (std::size_t i = 0; i < kPairs; ++i) {
    load_.open_websocket(scene.server.token(owner_of(tag, i)),
                         [this](Connection& connection, std::string_view text) { on_sender_frame(connection, text); });
  }
  for (std::size_t i = 0; i < kPairs; ++i) {
    load_.open_websocket(scene.server.token(member_of(tag, i, 0)), [this](Connection&, std::string_view text) {
      if (auto stamp = stamp_of(text)) deliveries.push_back(now_ns() - *stamp);
    });
  }
}

void OpenLoop::on_sender_frame(const Connection& connection, std::string_view text) {
  if (text.starts_with(kError)) ++refused;
  if (!text.starts_with(kAck)) return;
  acks.push_back(now_ns() - connection.sent_at[std::strtoull(text.data() + kAck.size(), nullptr, 10)]);
}

void OpenLoop::send(std::uint64_t due) {
  auto& connection = load_.at(sent_++ % kPairs);
  frame_.clear();
  append_send(frame_, connection.sent_at.size(), conversations_[connection.index], due);
  connection.sent_at.push_back(due);
  connection.send(frame_);
}

void OpenLoop::run(double rate, double seconds, const std::function<void()>& turn) {
  const std::uint64_t start = now_ns();
  const auto gap = static_cast<std::uint64_t>(1e9 / rate);
  std::uint64_t sent = 0;
  const auto tick = [&] {
    for (; start + sent * gap <= now_ns(); ++sent) send(start + sent * gap);
    if (turn) turn();
  };
  load_.run(start + static_cast<std::uint64_t>(seconds * 1e9), {}, tick);
}

void OpenLoop::forget() {
  acks.clear();
  deliveries.clear();
  refused = 0;
}

}  // namespace hansard::bench

#include <algorithm>
#include <fstream>

#include "tests/overload/chatter.h"
#include "tests/overload/follower.h"
#include "tests/overload/scenarios.h"

namespace hansard::overload {

using bench::Connection;
using bench::Load;
using bench::now_ns;

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::size_t kSippers = 50;  // of them, who read a little
constexpr std::size_t kSipBytes = 4u << 10;
constexpr std::uint64_t kSipGapNs = 250'000'000;
constexpr std::size_t kTextBytes = 4'000;
constexpr int kReceiveBytes = 16 << 10;
constexpr double kRoomPerS = 10;
constexpr std::uint64_t kGiveUpNs = 120 * kSecondNs;

double kernel_tcp_mb() {
  std::ifstream in("/proc/net/sockstat");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("TCP:")) return static_cast<double>(number_after(line, " mem ")) * 4096 / 1'048'576;
  }
  return 0;
}

// A conversation whose members take nothing, or very little.
class DeafRoom {
 public:
  DeafRoom(Site& site, Load& load, std::size_t members);
  void tick(std::uint64_t now);
  // The sippers read like anybody else from now on.
  void listen();
  std::uint64_t sent() const { return sent_; }
  bool have_all() const;
  const std::vector<Follower>& sippers() const { return sippers_; }
  std::size_t sippers_lost() const { return lost_; }

 private:
  std::vector<std::string> room_;
  std::string text_ = std::string(kTextBytes, 'x'), frame_;
  std::vector<Follower> sippers_;
  std::vector<Connection*> sipping_;
  Connection* speaker_ = nullptr;
  std::uint64_t sent_ = 0, acked_ = 0, next_ = 0, next_sip_ = 0;
  std::size_t lost_ = 0;
};

DeafRoom::DeafRoom(Site& site, Load& load, std::size_t members)
    : room_(bench::make_conversations(site.scene, "deaf", 1, members)), sippers_(std::min(kSippers, members / 4)) {
  speaker_ =
      &load.open_websocket(site.server.token(bench::owner_of("deaf", 0)),
                           [this](Connection&, std::string_view f) { acked_ += f.starts_with(R"({"type":"ack")"); });
  for (std::size_t i = 0; i < members; ++i) {
    auto token = site.server.token(bench::member_of("deaf", 0, i));
    bool sips = i < sippers_.size();
    auto& socket = load.add_websocket(
        [this, i, sips](Connection& c, std::string_view frame) {
          if (sips) return sippers_[i].see(frame);
          c.stop_reading();
        },
        [this, sips](Connection&, std::string_view) { lost_ += sips; }, source_of(i));
    load.connect(socket, token);
    load.run(now_ns() + 10 * kSecondNs, [&] { return socket.received > 0 || socket.is_closed(); });
    if (!sips) continue;
    sipping_.push_back(&socket);
    socket.stop_reading();
  }
}

void DeafRoom::tick(std::uint64_t now) {
  if (next_ == 0) next_ = now;
  for (; next_ <= now; next_ += static_cast<std::uint64_t>(1e9 / kRoomPerS), ++sent_) {
    frame_ = R"({"type":"message.send","id":1,"key":")" + std::to_string(now_ns()) +
             R"(","data":{"conversation_id":")" + room_[0] + R"(","content":")" + text_ + R"("}})";
    speaker_->send(frame_);
  }
  if (now < next_sip_) return;
  next_sip_ = now + kSipGapNs;
  for (auto* socket : sipping_) socket->sip(kSipBytes);
}

void DeafRoom::listen() {
  for (auto* socket : sipping_) socket->go_on_reading();
  sipping_.clear();
}

bool DeafRoom::have_all() const {
  return acked_ == sent_ &&
         std::all_of(sippers_.begin(), sippers_.end(), [&](const Follower& f) { return f.messages >= sent_; });
}

}  // namespace

Outcome silent(const std::string& binary, const Sizes& sizes) {
  Outcome outcome("silent");
  Site site(binary, sizes.are_times_bars ? "" : "write_timeout_s = 3\n");
  Load load(site.server.port());
  Chatter chatter(site, load, "busy", 64, 500);
  load.run(now_ns() + 2 * kSecondNs, {}, [&] { chatter.tick(); });
  chatter.measure();
  load.run(now_ns() + (sizes.are_times_bars ? 10 : 2) * kSecondNs, {}, [&] { chatter.tick(); });
  const auto quiet_ack = chatter.to_ack(), quiet = chatter.to_other();
  outcome.saw("quiet, to ack", quiet_ack);
  outcome.saw("quiet, to the other socket", quiet);
  load.set_receive_bytes(kReceiveBytes);
  DeafRoom room(site, load, sizes.silent);
  const auto others =
      site.server.metric("hansard_sessions") - static_cast<double>(sizes.silent - room.sippers().size());
  site.begin();

  // Until each was dropped or told of its gap.
  chatter.measure();
  const auto start = now_ns();
  std::uint64_t next_look = start + kSecondNs;
  double silent_left = static_cast<double>(sizes.silent), kernel_mb = 0;
  auto tick = [&] {
    chatter.tick();
    room.tick(now_ns());
    site.watch();
    if (now_ns() < next_look) return;
    next_look = now_ns() + kSecondNs;
    kernel_mb = std::max(kernel_mb, kernel_tcp_mb());
    silent_left = site.server.metric("hansard_sessions") - others;
  };
  load.run(start + kGiveUpNs, [&] { return silent_left <= 0; }, tick);
  outcome.saw("until all of the silent were dropped", static_cast<double>(now_ns() - start) / 1e9, "s");
  outcome.saw("messages for them", static_cast<double>(room.sent()));
  outcome.saw("memory of the kernel's sockets at most", kernel_mb, "MB");
  const auto beside_ack = chatter.to_ack(), beside = chatter.to_other();
  outcome.saw("beside, to ack", beside_ack);
  outcome.saw("beside, to the other socket", beside);
  outcome.at_most("silent sockets neither dropped nor told", std::max(0.0, silent_left), 0);
  outcome.at_most("memory, MB more", site.peak_growth_mb(), 256);
  if (sizes.are_times_bars) {
    outcome.at_most("to ack beside them, p99 over quiet", beside_ack.p99 / quiet_ack.p99, 2);
    outcome.at_most("to the other socket beside them, p99 over quiet", beside.p99 / quiet.p99, 2);
  }

  const auto ended = now_ns();
  room.listen();
  load.run(now_ns() + kGiveUpNs, [&] { return room.have_all(); }, [&] { site.watch(); });
  chatter.finish(10 * kSecondNs);
  std::uint64_t gaps = 0, doubles = 0, missed = 0;
  for (const auto& one : room.sippers()) {
    gaps += one.gaps;
    doubles += one.doubles;
    missed += room.sent() - one.messages;
  }
  outcome.saw("sippers", static_cast<double>(room.sippers().size()));
  outcome.at_most("sippers dropped", static_cast<double>(room.sippers_lost()), 0);
  outcome.at_most("gaps and doubles of the sippers", static_cast<double>(gaps + doubles), 0);
  outcome.at_most("messages the sippers missed", static_cast<double>(missed), 0);
  outcome.at_most("others: unanswered, refused or undelivered",
                  static_cast<double>(chatter.unanswered() + chatter.refused() + chatter.undelivered()), 0);
  site.must_be_normal_again(outcome, ended);
  return outcome;
}

}  // namespace hansard::overload

#include <algorithm>

#include "tests/overload/chatter.h"
#include "tests/overload/follower.h"
#include "tests/overload/scenarios.h"

namespace hansard::overload {

using bench::Connection;
using bench::Load;
using bench::now_ns;

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::size_t kRoomMembers = 10;
constexpr std::size_t kInFlight = 512;

// Devices that were there once, and what was said in their rooms since.
class Absent {
 public:
  Absent(Site& site, Load& load, const Sizes& sizes);
  void say(std::size_t each_room);
  void come_back();
  void leave();
  bool are_back() const { return back_ == devices_.size(); }
  const std::vector<Follower>& devices() const { return devices_; }
  std::uint64_t lost() const { return lost_; }
  std::vector<std::uint64_t> back_ns;

 private:
  Load& load_;
  std::vector<std::string> rooms_;
  std::vector<Follower> devices_;
  std::vector<Connection*> sockets_;
  Connection* speaker_ = nullptr;
  std::size_t back_ = 0;
  std::uint64_t acked_ = 0, lost_ = 0, began_ = 0;
};

Absent::Absent(Site& site, Load& load, const Sizes& sizes)
    : load_(load),
      rooms_(bench::make_conversations(site.scene, "absent", sizes.resuming / kRoomMembers, kRoomMembers)),
      devices_(rooms_.size() * kRoomMembers) {
  speaker_ =
      &load.open_websocket(site.server.token("absent-service", "service"),
                           [this](Connection&, std::string_view f) { acked_ += f.starts_with(R"({"type":"ack")"); });
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    devices_[i].token = site.server.token(bench::member_of("absent", i / kRoomMembers, i % kRoomMembers));
    auto on_frame = [this, i](Connection&, std::string_view frame) {
      bool was_there = devices_[i].is_there;
      devices_[i].see(frame);
      if (was_there || !devices_[i].is_there) return;
      ++back_;
      back_ns.push_back(now_ns() - began_);
    };
    sockets_.push_back(&load.add_websocket(on_frame, [this](Connection&, std::string_view) { ++lost_; }, source_of(i)));
    load.connect(*sockets_[i], devices_[i].token);
    load.run(now_ns() + 10 * kSecondNs, [&] { return devices_[i].is_there || sockets_[i]->is_closed(); });
    sockets_[i]->cut();
    devices_[i].is_there = false;
  }
}

void Absent::say(std::size_t each_room) {
  std::uint64_t said = 0, key = now_ns();
  const std::uint64_t wanted = each_room * rooms_.size();
  std::string frame;
  auto tick = [&] {
    for (; said < wanted && said < acked_ + kInFlight; ++said) {
      auto room = said % rooms_.size();
      frame.clear();
      bench::append_send(frame, said, rooms_[room], ++key);
      frame.insert(1, R"("act_as":")" + bench::owner_of("absent", room) + R"(",)");
      speaker_->send(frame);
    }
  };
  load_.run(now_ns() + 300 * kSecondNs, [&] { return acked_ == wanted; }, tick);
}

void Absent::come_back() {
  back_ = 0;
  back_ns.clear();
  began_ = now_ns();
  for (std::size_t i = 0; i < devices_.size(); ++i)
    load_.connect(*sockets_[i], devices_[i].token, devices_[i].target());
}

void Absent::leave() {
  for (auto* socket : sockets_) socket->cut();
}

}  // namespace

Outcome resume(const std::string& binary, const Sizes& sizes) {
  Outcome outcome("resume");
  Site site(binary);
  Load load(site.server.port());
  Chatter chatter(site, load, "live", 32, 200);
  Absent absent(site, load, sizes);
  absent.say(sizes.missed);
  load.run(now_ns() + 2 * kSecondNs);
  chatter.measure();
  load.run(now_ns() + (sizes.are_times_bars ? 5 : 2) * kSecondNs, {}, [&] { chatter.tick(); });
  const auto quiet = chatter.to_other();
  outcome.saw("quiet, to the other socket", quiet);
  site.begin();

  chatter.measure();
  const auto start = now_ns();
  absent.come_back();
  load.run(
      start + 120 * kSecondNs, [&] { return absent.are_back(); },
      [&] {
        chatter.tick();
        site.watch();
      });
  const auto ended = now_ns();
  const double passed = static_cast<double>(ended - start) / 1e9;
  outcome.saw("until all had caught up", passed, "s");
  outcome.saw("caught up", bench::percentiles(absent.back_ns));
  outcome.saw("messages resumed", static_cast<double>(absent.devices().size() * sizes.missed) / passed, "frames/s");
  outcome.saw("beside, to ack", chatter.to_ack());
  const auto beside = chatter.to_other();
  outcome.saw("beside, to the other socket", beside);
  std::uint64_t wrong = 0, whole = 0;
  for (const auto& device : absent.devices()) {
    wrong += device.gaps + device.doubles;
    whole += device.messages == sizes.missed;
  }
  chatter.finish(10 * kSecondNs);
  outcome.at_least("devices with everything", static_cast<double>(whole), static_cast<double>(absent.devices().size()));
  outcome.at_most("gaps and doubles", static_cast<double>(wrong), 0);
  outcome.at_most("sockets lost", static_cast<double>(absent.lost()), 0);
  outcome.at_most("others: unanswered, refused or undelivered",
                  static_cast<double>(chatter.unanswered() + chatter.refused() + chatter.undelivered()), 0);
  outcome.at_most("memory, MB more", site.peak_growth_mb(), 256);
  if (sizes.are_times_bars) outcome.at_most("to the other socket beside them, p99 ms", beside.p99, 1'000);
  absent.leave();
  site.must_be_normal_again(outcome, ended);
  return outcome;
}

}  // namespace hansard::overload

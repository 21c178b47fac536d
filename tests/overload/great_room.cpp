#include "tests/overload/chatter.h"
#include "tests/overload/follower.h"
#include "tests/overload/scenarios.h"

namespace hansard::overload {

using bench::Connection;
using bench::Load;
using bench::now_ns;

namespace {
constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::size_t kInFlight = 16;

// One conversation, everybody online.
class Room {
 public:
  Room(Site& site, Load& load, std::size_t members);
  std::size_t there() const { return there_; }
  // `messages`, kInFlight at a time.
  void speak(std::size_t messages) { wanted_ += messages; }
  void tick();
  bool have_all() const { return acked_ == wanted_ && received_ >= wanted_ * members_.size(); }
  std::uint64_t received() const { return received_; }
  std::uint64_t wrong(std::uint64_t messages) const;

 private:
  std::vector<std::string> ids_;
  std::vector<Follower> members_;
  Connection* speaker_ = nullptr;
  std::uint64_t wanted_ = 0, said_ = 0, acked_ = 0, received_ = 0, key_ = now_ns();
  std::size_t there_ = 0;
  std::string frame_;
};

Room::Room(Site& site, Load& load, std::size_t members)
    : ids_(bench::make_conversations(site.scene, "great", 1, members)), members_(members) {
  speaker_ =
      &load.open_websocket(site.server.token(bench::owner_of("great", 0)),
                           [this](Connection&, std::string_view f) { acked_ += f.starts_with(R"({"type":"ack")"); });
  for (std::size_t i = 0; i < members; ++i) {
    auto& socket = load.add_websocket(
        [this, i](Connection&, std::string_view frame) {
          bool was_there = members_[i].is_there;
          auto before = members_[i].messages;
          members_[i].see(frame);
          there_ += !was_there && members_[i].is_there;
          received_ += members_[i].messages - before;
        },
        [](Connection&, std::string_view) {}, source_of(i));
    load.connect(socket, site.server.token(bench::member_of("great", 0, i)));
    if (i % 64 == 63) load.run(now_ns() + 10 * kSecondNs, [&] { return there_ + 64 > i; });
  }
  load.run(now_ns() + 30 * kSecondNs, [&] { return there_ == members; });
}

void Room::tick() {
  for (; said_ < wanted_ && said_ < acked_ + kInFlight; ++said_) {
    frame_.clear();
    bench::append_send(frame_, said_, ids_[0], ++key_);
    speaker_->send(frame_);
  }
}

std::uint64_t Room::wrong(std::uint64_t messages) const {
  std::uint64_t count = 0;
  for (const auto& member : members_) count += member.gaps + member.doubles + (member.messages != messages);
  return count;
}
}  // namespace

Outcome great_room(const std::string& binary, const Sizes& sizes) {
  Outcome outcome("room");
  Site site(binary);
  Load load(site.server.port());
  Chatter chatter(site, load, "small", 32, 200);
  Room room(site, load, sizes.members);
  outcome.at_least("members online", static_cast<double>(room.there()), static_cast<double>(sizes.members));
  load.run(now_ns() + (sizes.are_times_bars ? 5 : 2) * kSecondNs, {}, [&] { chatter.tick(); });
  outcome.saw("quiet, to the other socket", chatter.to_other());
  site.begin();

  chatter.measure();
  room.speak(sizes.messages);
  const auto start = now_ns();
  const auto cpu = site.server.cpu_seconds();
  load.run(
      start + 120 * kSecondNs, [&] { return room.have_all(); },
      [&] {
        room.tick();
        chatter.tick();
        site.watch();
      });
  const auto ended = now_ns();
  const double passed = static_cast<double>(ended - start) / 1e9;
  outcome.saw("until everybody had everything", passed, "s");
  outcome.saw("delivered", static_cast<double>(room.received()) / passed, "frames/s");
  outcome.saw("processor time a frame", (site.server.cpu_seconds() - cpu) / static_cast<double>(room.received()) * 1e6,
              "us");
  outcome.saw("beside, to ack", chatter.to_ack());
  const auto beside = chatter.to_other();
  outcome.saw("beside, to the other socket", beside);
  chatter.finish(10 * kSecondNs);
  outcome.at_most("members with a gap, a double or a message missing", static_cast<double>(room.wrong(sizes.messages)),
                  0);
  outcome.at_most("others: unanswered, refused or undelivered",
                  static_cast<double>(chatter.unanswered() + chatter.refused() + chatter.undelivered()), 0);
  outcome.at_most("memory, MB more", site.peak_growth_mb(), 256);
  if (sizes.are_times_bars) outcome.at_most("to the other socket beside it, p99 ms", beside.p99, 1'000);
  site.must_be_normal_again(outcome, ended);
  return outcome;
}

}  // namespace hansard::overload

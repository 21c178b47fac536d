#include <algorithm>
#include <random>
#include <utility>

#include "tests/overload/follower.h"
#include "tests/overload/scenarios.h"

namespace hansard::overload {

using bench::Connection;
using bench::Load;
using bench::now_ns;

namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
constexpr std::size_t kRoomMembers = 10;
constexpr double kSendsPerS = 200;
constexpr std::uint64_t kBackNs = 30 * kSecondNs;
constexpr std::uint64_t kFirstGapNs = 500'000;  // between two who connect at first

// Devices in rooms of ten, somebody who speaks in all of them, and when who connects.
class Crowd {
 public:
  Crowd(Site& site, Load& load, const Sizes& sizes);
  void connect_all(std::uint64_t within_ns);
  void cut_all();
  void tick();
  void stop_speaking() { speaks_ = false; }
  std::size_t there() const { return there_; }
  std::size_t size() const { return devices_.size(); }
  std::uint64_t retries() const { return retries_; }
  // Everybody has everything that was said.
  bool have_all() const;
  std::uint64_t behind() const;
  std::uint64_t wrong() const;
  std::uint64_t unanswered() const { return said_ - acked_; }
  std::vector<std::uint64_t> back_ns;  // of the last reconnection

 private:
  struct Planned {
    std::uint64_t at;
    std::size_t device;
  };
  void plan(std::size_t device, std::uint64_t at);
  void on_frame(std::size_t i, std::string_view frame);
  void speak(std::uint64_t now);

  Load& load_;
  std::mt19937_64 random_;
  std::vector<std::string> rooms_;
  std::vector<std::uint64_t> last_version_;  // by room
  std::vector<Follower> devices_;
  std::vector<Connection*> sockets_;
  std::vector<Planned> planned_;
  Connection* speaker_ = nullptr;
  std::vector<std::size_t> asked_;  // room by request
  bool speaks_ = true;
  std::size_t there_ = 0;
  std::uint64_t next_word_ = 0, said_ = 0, acked_ = 0, retries_ = 0, cut_at_ = 0, key_ = now_ns();
  std::string frame_;
};

Crowd::Crowd(Site& site, Load& load, const Sizes& sizes)
    : load_(load),
      random_(sizes.seed),
      rooms_(bench::make_conversations(site.scene, "storm", sizes.storm / kRoomMembers, kRoomMembers)),
      last_version_(rooms_.size(), 0),
      devices_(rooms_.size() * kRoomMembers) {
  speaker_ =
      &load.open_websocket(site.server.token("storm-service", "service"), [this](Connection&, std::string_view f) {
        if (!f.starts_with(R"({"type":"ack")")) return;
        ++acked_;
        auto& version = last_version_[asked_[number_after(f, R"("re":)")]];
        version = std::max(version, number_after(f, R"("version":)"));
      });
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    devices_[i].token = site.server.token(bench::member_of("storm", i / kRoomMembers, i % kRoomMembers));
    sockets_.push_back(&load.add_websocket([this, i](Connection&, std::string_view f) { on_frame(i, f); },
                                           [this, i](Connection&, std::string_view) {
                                             ++retries_;
                                             there_ -= std::exchange(devices_[i].is_there, false);
                                             plan(i, now_ns() + 100'000'000 + random_() % 900'000'000);
                                           },
                                           source_of(i)));
  }
}

void Crowd::plan(std::size_t device, std::uint64_t at) {
  planned_.push_back({at, device});
  std::push_heap(planned_.begin(), planned_.end(), [](const auto& a, const auto& b) { return a.at > b.at; });
}

void Crowd::connect_all(std::uint64_t within_ns) {
  cut_at_ = now_ns();
  back_ns.clear();
  for (std::size_t i = 0; i < devices_.size(); ++i) plan(i, cut_at_ + random_() % within_ns);
}

void Crowd::cut_all() {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    sockets_[i]->cut();
    devices_[i].is_there = false;
  }
  there_ = 0;
}

void Crowd::on_frame(std::size_t i, std::string_view frame) {
  bool was_there = devices_[i].is_there;
  devices_[i].see(frame);
  if (was_there || !devices_[i].is_there) return;
  ++there_;
  back_ns.push_back(now_ns() - cut_at_);
}

void Crowd::tick() {
  auto now = now_ns();
  auto later = [](const auto& a, const auto& b) { return a.at > b.at; };
  while (!planned_.empty() && planned_.front().at <= now) {
    std::pop_heap(planned_.begin(), planned_.end(), later);
    auto device = planned_.back().device;
    planned_.pop_back();
    load_.connect(*sockets_[device], devices_[device].token, devices_[device].target());
  }
  if (speaks_) speak(now);
}

void Crowd::speak(std::uint64_t now) {
  if (next_word_ == 0) next_word_ = now;
  for (; next_word_ <= now; next_word_ += static_cast<std::uint64_t>(1e9 / kSendsPerS), ++said_) {
    auto room = said_ % rooms_.size();
    frame_.clear();
    bench::append_send(frame_, asked_.size(), rooms_[room], ++key_);
    frame_.insert(1, R"("act_as":")" + bench::owner_of("storm", room) + R"(",)");
    asked_.push_back(room);
    speaker_->send(frame_);
  }
}

std::uint64_t Crowd::behind() const {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < devices_.size(); ++i) count += devices_[i].version < last_version_[i / kRoomMembers];
  return count;
}

bool Crowd::have_all() const { return unanswered() == 0 && there_ == devices_.size() && behind() == 0; }

std::uint64_t Crowd::wrong() const {
  std::uint64_t count = 0;
  for (const auto& device : devices_) count += device.gaps + device.doubles;
  return count;
}

}  // namespace

Outcome storm(const std::string& binary, const Sizes& sizes) {
  Outcome outcome("storm");
  Site site(binary);
  Load load(site.server.port());
  Crowd crowd(site, load, sizes);
  auto tick = [&] {
    crowd.tick();
    site.watch();
  };
  crowd.connect_all(sizes.storm * kFirstGapNs);
  load.run(now_ns() + 60 * kSecondNs, [&] { return crowd.there() == crowd.size(); }, tick);
  outcome.at_least("connected at first", static_cast<double>(crowd.there()), static_cast<double>(crowd.size()));
  load.run(now_ns() + 2 * kSecondNs, {}, tick);
  site.begin();
  double least_back = 1, slowest = 0;
  for (std::size_t cut = 0; cut < sizes.cuts; ++cut) {
    crowd.cut_all();
    const auto at = now_ns();
    crowd.connect_all(kSecondNs);
    load.run(at + kBackNs, [&] { return crowd.there() == crowd.size(); }, tick);
    least_back = std::min(least_back, static_cast<double>(crowd.there()) / static_cast<double>(crowd.size()));
    auto back = crowd.back_ns;
    auto times = bench::percentiles(back);
    slowest = std::max(slowest, static_cast<double>(now_ns() - at) / 1e9);
    outcome.saw("back", times);
    load.run(now_ns() + kSecondNs, {}, tick);
  }
  outcome.saw("slowest until all were back", slowest, "s");
  outcome.saw("connections that had to be tried again", static_cast<double>(crowd.retries()));
  outcome.at_least("back in 30 s", least_back, 0.999);
  outcome.at_most("memory, MB more", site.peak_growth_mb(), 256);
  const auto ended = now_ns();
  crowd.stop_speaking();
  load.run(now_ns() + kBackNs, [&] { return crowd.have_all(); }, tick);
  outcome.at_most("sends without an answer", static_cast<double>(crowd.unanswered()), 0);
  outcome.at_most("devices that miss something", static_cast<double>(crowd.behind()), 0);
  outcome.at_most("gaps and doubles", static_cast<double>(crowd.wrong()), 0);
  site.must_be_normal_again(outcome, ended);
  return outcome;
}

}  // namespace hansard::overload

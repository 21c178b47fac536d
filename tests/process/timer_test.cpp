#include <algorithm>

#include <catch2/catch.hpp>

#include "projections/process/notification_timer.h"
#include "projections/process/proposal_timer.h"
#include "tests/process/house.h"
#include "tests/process/reluctant_engine.h"

namespace hansard::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Users = std::vector<std::string>;

struct Notified {
  explicit Notified(bool is_wanted = true) { start(is_wanted); }

  void start(bool is_wanted = true) {
    timer.reset();
    timer = std::make_unique<NotificationTimer>(
        NotificationTimer::Parts{engine, *house.views, *house.store, house.clock, desk}, 30, is_wanted);
  }
  // Steps until it waits; how long.
  std::chrono::nanoseconds run() {
    house.settle();
    auto at = timer->step();
    while (at <= house.clock.monotonic()) at = timer->step();
    return at - house.clock.monotonic();
  }
  // Who was notified of anything after `from`, in log order.
  Users users(base::Position from = {}) {
    Users found;
    const auto events = house.engine->read(from, 10'000).value();
    for (const auto& event : events) {
      if (const auto* due = std::get_if<domain::NotificationDue>(&*event->body)) found.push_back(due->user.value);
    }
    return found;
  }

  House house;
  ReluctantEngine engine{*house.engine};
  CommandDesk desk{engine};
  std::unique_ptr<NotificationTimer> timer;
};

TEST_CASE("who has not acknowledged a message is notified when the time is over, once, and not before") {
  Notified n;
  const auto group = n.house.group("ann", {"bob", "cid"});
  n.house.send(group, "ann", "hello");
  n.run();
  n.house.clock.advance(milliseconds(29'999));
  CHECK(n.run() <= milliseconds(1));
  CHECK(n.users().empty());
  n.house.clock.advance(milliseconds(1));
  n.run();
  CHECK(n.users() == Users{"bob", "cid"});
  n.house.clock.advance(seconds(600));
  n.run();
  CHECK(n.users().size() == 2);
}

TEST_CASE("who read it, received it, muted the conversation or left is left alone") {
  Notified n;
  const auto group = n.house.group("ann", {"reads", "receives", "mutes", "leaves", "sleeps"});
  n.house.send(group, "ann", "hello");
  n.house.run(domain::Read{group, {1}, {}}, "reads");
  n.house.run(domain::Delivered{group, {1}}, "receives");
  n.house.run(domain::FlagConversation{group, {}, true, {}}, "mutes");
  n.house.run(domain::RemoveMember{group, {"leaves"}, {}}, "leaves");
  n.house.clock.advance(seconds(31));
  n.run();
  CHECK(n.users() == Users{"sleeps"});
}

TEST_CASE("a deleted message wakes nobody, nor does a system message or an imported one") {
  Notified n;
  const auto group = n.house.group("ann", {"bob"});
  n.house.run(domain::DeleteMessage{n.house.send(group, "ann", "oops"), {}}, "ann");
  domain::Caller service;
  service.subject = {"importer"};
  service.actor = {"ann"};
  service.service = true;
  domain::SendMessage old;
  old.conversation = group;
  old.id.bytes[0] = 1;
  old.content.text = "from last year";
  old.origin_time = base::Timestamp{1'600'000'000'000};
  n.house.run(old, service);
  old.id.bytes[0] = 2;
  old.type = domain::MessageType::system;
  old.origin_time = {};
  n.house.run(old, service);
  n.house.clock.advance(seconds(31));
  n.run();
  CHECK(n.users().empty());
}

TEST_CASE("in a conversation of more than a hundred only who is mentioned is notified") {
  Notified n;
  Users others;
  for (int i = 0; i < 100; ++i) others.push_back("user" + std::to_string(i));
  const auto group = n.house.group("ann", others);
  n.house.send(group, "ann", "to nobody");
  domain::SendMessage named;
  named.conversation = group;
  named.id.bytes[0] = 1;
  named.content.text = "@user7 @user7";
  named.content.mentions = {{{"user7"}, 0, 6, false}, {{"user7"}, 7, 6, false}};
  REQUIRE(std::holds_alternative<engine::Done>(n.house.run(named, "ann")));
  n.house.clock.advance(seconds(31));
  n.run();
  CHECK(n.users() == Users{"user7"});
}

TEST_CASE("a hundred members are all notified") {
  Notified n;
  Users others;
  for (int i = 0; i < 99; ++i) others.push_back("user" + std::to_string(i));
  n.house.send(n.house.group("ann", others), "ann", "to all");
  n.house.clock.advance(seconds(31));
  n.run();
  CHECK(n.users().size() == 99);
}

TEST_CASE("a restart goes on where it was, and a repeat of what was done has no effect") {
  Notified n;
  const auto group = n.house.group("ann", {"bob"});
  n.house.send(group, "ann", "one");
  n.house.clock.advance(seconds(31));
  n.run();
  n.house.send(group, "ann", "two");
  n.start();  // a crash: progress was not written
  n.run();
  CHECK(n.users() == Users{"bob"});
  n.house.clock.advance(seconds(31));
  n.run();
  CHECK(n.users() == Users{"bob", "bob"});
  n.timer->close();
  n.start();
  const auto asked = n.engine.submitted;
  n.run();
  CHECK(n.engine.submitted == asked);
}

TEST_CASE("when nobody wants notifications nothing is done, and the time until somebody does is not made up for") {
  Notified n(false);
  const auto group = n.house.group("ann", {"bob"});
  n.house.send(group, "ann", "one");
  n.house.clock.advance(seconds(31));
  CHECK(n.timer->step() == base::MonotonicTime::max());
  n.start();
  n.run();
  CHECK(n.users().empty());
  n.timer->close();
  n.start(false);
  n.house.send(group, "ann", "two");
  n.start(true);
  n.house.clock.advance(seconds(31));
  n.run();
  CHECK(n.users().empty());
  n.house.send(group, "ann", "three");
  n.house.clock.advance(seconds(31));
  n.run();
  CHECK(n.users() == Users{"bob"});
}

TEST_CASE("a full queue is asked again later, and nothing is left out") {
  Notified n;
  n.house.send(n.house.group("ann", {"bob"}), "ann", "one");
  n.house.clock.advance(seconds(31));
  n.engine.is_full = [] { return true; };
  CHECK(n.run() == seconds(1));
  CHECK(n.users().empty());
  n.engine.is_full = [] { return false; };
  n.house.clock.advance(seconds(1));
  n.run();
  CHECK(n.users() == Users{"bob"});
}

struct Proposed {
  explicit Proposed(ProposalTimer::Find find) : timer(*house.views, house.clock, desk, std::move(find)) {}
  House house;
  ReluctantEngine engine{*house.engine};
  CommandDesk desk{engine};
  ProposalTimer timer;
};

Proposal proposal_of(int number) {
  base::MessageId nobody{{1}};
  return {domain::ExpireMessage{nobody}, {}, "expire:" + std::to_string(number)};
}

// Proposals up to `total`, a look's worth at a time.
ProposalTimer::Find orders_up_to(const int& total) {
  return [&total, next = 0](const projections::Snapshot&, base::Timestamp, std::size_t limit) mutable {
    Look look;
    while (next < total && look.proposals.size() < limit) look.proposals.push_back(proposal_of(next++));
    look.is_end = next == total;
    if (look.is_end) next = 0;
    return look;
  };
}

TEST_CASE("what is refused is not proposed again at once and does not hide what comes behind it") {
  int total = 1'000;
  Proposed p(orders_up_to(total));
  auto round = [&] {
    while (p.timer.step() <= p.house.clock.monotonic()) {
    }
  };
  round();
  CHECK(p.engine.submitted == 1'000);
  p.house.clock.advance(seconds(60));
  total = 1'001;
  round();
  CHECK(p.engine.submitted == 1'001);
  p.house.clock.advance(seconds(600));
  round();
  CHECK(p.engine.submitted == 2'002);
}

TEST_CASE("where too much is refused to remember, all of it is proposed once, and again when it is forgotten") {
  int total = 11'000;
  Proposed p(orders_up_to(total));
  while (p.timer.step() <= p.house.clock.monotonic()) REQUIRE(p.engine.submitted < 11'000);
  CHECK(p.engine.submitted == 11'000);
  CHECK(p.timer.step() > p.house.clock.monotonic() + seconds(300));
  CHECK(p.engine.submitted == 11'000);
  p.house.clock.advance(seconds(600));
  p.timer.step();
  CHECK(p.engine.submitted == 11'200);
}

TEST_CASE("the more was read in vain, the longer it rests, ten minutes at most") {
  std::size_t in_vain = 1;
  Proposed p([&](const projections::Snapshot&, base::Timestamp, std::size_t) { return Look{{}, in_vain, true}; });
  CHECK(p.timer.step() == p.house.clock.monotonic() + ProposalTimer::kPoll);
  in_vain = 20'000;
  CHECK(p.timer.step() == p.house.clock.monotonic() + seconds(2));
  in_vain = 100'000'000;
  CHECK(p.timer.step() == p.house.clock.monotonic() + ProposalTimer::kRefusedFor);
}

TEST_CASE("proposals wait while the queue is full") {
  Proposed p(
      [](const projections::Snapshot&, base::Timestamp, std::size_t) { return Look{std::vector{proposal_of(1)}}; });
  p.engine.is_full = [] { return true; };
  CHECK(p.timer.step() == p.house.clock.monotonic() + ProposalTimer::kBackOff);
  CHECK(p.timer.step() == p.house.clock.monotonic() + ProposalTimer::kBackOff);
  CHECK(p.engine.submitted == 2);
}

TEST_CASE("what the queue had no room for is proposed again, also where it is not found a second time") {
  bool is_found = false;
  Proposed p([&](const projections::Snapshot&, base::Timestamp, std::size_t) {
    return Look{std::exchange(is_found, true) ? std::vector<Proposal>{} : std::vector{proposal_of(1)}};
  });
  p.engine.is_full = [] { return true; };
  p.timer.step();
  p.engine.is_full = [] { return false; };
  p.timer.step();
  p.timer.step();
  CHECK(p.engine.submitted == 2);
}

}  // namespace
}  // namespace hansard::process

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "tests/overload/chatter.h"
#include "tests/overload/scenarios.h"

namespace hansard::overload {

using bench::Connection;
using bench::Load;
using bench::now_ns;

namespace {

constexpr double kSecond = 1e9;
constexpr std::size_t kRooms = 100;
constexpr std::size_t kHttp = 16;
constexpr std::uint64_t kHttpGapNs = 50'000'000;
// More than this without an answer, and the generator would measure itself.
constexpr std::uint64_t kUnansweredMax = 400'000;

// In CI the machine is not to be brought to its limits: a short queue is full at once, and so are buffers and caches.
constexpr char kShort[] =
    "queue_commands_max = 64\ntail_events_max = 5000\nindex_overlay_events_max = 10000\n"
    "[limits.log]\nwrite_buffer_bytes = 4194304\n[limits.views]\nwrite_buffer_bytes = 4194304\n";

struct Seen {
  std::vector<std::uint64_t> admitted, refused;  // nanoseconds
  std::uint64_t sent = 0, held_back = 0, wrong = 0;
  std::uint64_t answered() const { return admitted.size() + refused.size() + wrong; }
};

// Who sends: sockets, each a user of his own, and a few HTTP connections.
class Crowd {
 public:
  Crowd(Site& site, Load& load, std::size_t senders);

  void send_one(std::uint64_t due);
  void ask_http(std::uint64_t now);
  // Each answer is followed by the next send.
  void set_closed_loop(bool on) { is_closed_loop_ = on; }
  void fill(std::size_t each);
  Seen take_seen() { return std::exchange(seen_, {}); }
  const Seen& seen() const { return seen_; }

 private:
  struct Http {
    Connection* connection;
    std::string head;
    std::uint64_t asked = 0;
    bool waits = false;
  };
  void send(Connection& from, std::uint64_t due);
  void on_frame(Connection& from, std::string_view frame);
  void on_response(Http& http, std::string_view body);

  std::vector<std::string> rooms_;
  std::vector<Connection*> sockets_;
  std::vector<std::unique_ptr<Http>> http_;
  Seen seen_;
  std::size_t turn_ = 0;
  std::uint64_t key_ = now_ns();
  bool is_closed_loop_ = false;
  std::string frame_;
};

Crowd::Crowd(Site& site, Load& load, std::size_t senders)
    : rooms_(bench::make_conversations(site.scene, "rush", kRooms, 0)) {
  // A user has many sockets, but few enough that a copy of each message for all of them is not the load.
  for (std::size_t i = 0; i < senders; ++i) {
    sockets_.push_back(&load.open_websocket(
        site.server.token("rush-service" + std::to_string(i), "service"),
        [this](Connection& c, std::string_view text) { on_frame(c, text); }, source_of(i)));
  }
  for (std::size_t i = 0; i < kHttp; ++i) {
    auto http = std::make_unique<Http>();
    http->head = "POST /api/v1/conversations/" + rooms_[i] + "/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
                 "Authorization: Bearer " + site.server.token(bench::owner_of("rush", i)) +
                 "\r\nContent-Type: application/json\r\nContent-Length: 20\r\nIdempotency-Key: ";
    http->connection = &load.add_http([this, at = http.get()](Connection&, std::string_view b) { on_response(*at, b); },
                                      [this](Connection&, std::string_view) { ++seen_.wrong; });
    load.connect(*http->connection);
    http_.push_back(std::move(http));
  }
}

void Crowd::send(Connection& from, std::uint64_t due) {
  auto room = turn_++ % rooms_.size();
  frame_.clear();
  bench::append_send(frame_, from.sent_at.size(), rooms_[room], ++key_);
  frame_.insert(1, R"("act_as":")" + bench::owner_of("rush", room) + R"(",)");
  from.sent_at.push_back(due);
  from.send(frame_);
  ++seen_.sent;
}

void Crowd::send_one(std::uint64_t due) {
  if (seen_.sent - seen_.answered() >= kUnansweredMax) {
    ++seen_.held_back;
    return;
  }
  send(*sockets_[turn_ % sockets_.size()], due);
}

void Crowd::fill(std::size_t each) {
  for (auto* socket : sockets_) {
    for (std::size_t i = 0; i < each; ++i) send(*socket, now_ns());
  }
}

void Crowd::on_frame(Connection& from, std::string_view frame) {
  bool is_refusal = frame.starts_with(R"({"type":"error")");
  if (!is_refusal && !frame.starts_with(R"({"type":"ack")")) return;
  auto took = now_ns() - from.sent_at[number_after(frame, R"("re":)")];
  if (!is_refusal) {
    seen_.admitted.push_back(took);
  } else if (text_after(frame, R"("code":")") == "overloaded" && number_after(frame, R"("retry_after":)") > 0) {
    seen_.refused.push_back(took);
  } else {
    ++seen_.wrong;
  }
  if (is_closed_loop_) send(from, now_ns());
}

void Crowd::ask_http(std::uint64_t now) {
  for (auto& http : http_) {
    if (http->waits || now < http->asked + kHttpGapNs || !http->connection->is_open()) continue;
    http->waits = true;
    http->asked = now;
    ++seen_.sent;
    http->connection->send(http->head + std::to_string(++key_) + "\r\n\r\n{\"content\":\"a word\"}");
  }
}

void Crowd::on_response(Http& http, std::string_view body) {
  http.waits = false;
  auto took = now_ns() - http.asked;
  auto status = http.connection->status();
  bool is_refusal = status == 503 && text_after(body, R"("code":")") == "overloaded" &&
                    number_after(http.connection->head(), "Retry-After: ") > 0;
  if (status == 201) {
    seen_.admitted.push_back(took);
  } else if (is_refusal) {
    seen_.refused.push_back(took);
  } else {
    ++seen_.wrong;
  }
}

double sustained(Site& site, Load& load, Crowd& crowd, double seconds) {
  crowd.set_closed_loop(true);
  crowd.fill(1);
  load.run(now_ns() + static_cast<std::uint64_t>(kSecond));
  crowd.take_seen();
  auto start = now_ns();
  load.run(start + static_cast<std::uint64_t>(seconds * kSecond), {}, [&] { site.watch(); });
  auto passed = static_cast<double>(now_ns() - start) / kSecond;
  crowd.set_closed_loop(false);
  load.run(now_ns() + static_cast<std::uint64_t>(kSecond));
  auto rate = static_cast<double>(crowd.seen().admitted.size()) / passed;
  crowd.take_seen();
  return rate;
}

// What the crowd offers at `rate` for a while, and every answer to it.
struct Offered {
  Seen seen;
  double passed_s = 0, in_time = 0;  // acknowledged while it lasted
  std::vector<std::uint64_t> late;   // the generator itself, behind its own plan
  std::uint64_t ended = 0;
};

Offered offer(Outcome& outcome, Site& site, Load& load, Crowd& crowd, double rate, double seconds) {
  Offered offered;
  const auto start = now_ns();
  const auto cpu = site.server.cpu_seconds();
  double count = 0;
  load.run(start + static_cast<std::uint64_t>(seconds * kSecond), {}, [&] {
    auto now = now_ns();
    for (; count / rate * kSecond <= static_cast<double>(now - start); ++count) {
      offered.late.push_back(now - start - static_cast<std::uint64_t>(count / rate * kSecond));
      crowd.send_one(start + static_cast<std::uint64_t>(count / rate * kSecond));
    }
    crowd.ask_http(now);
    site.watch();
  });
  offered.ended = now_ns();
  offered.passed_s = static_cast<double>(offered.ended - start) / kSecond;
  offered.in_time = static_cast<double>(crowd.seen().admitted.size());
  outcome.saw("processor time of the server", (site.server.cpu_seconds() - cpu) / offered.passed_s, "s/s");
  load.run(
      now_ns() + static_cast<std::uint64_t>(20 * kSecond), [&] { return crowd.seen().answered() >= crowd.seen().sent; },
      [&] { site.watch(); });
  outcome.saw("last answer after the end", static_cast<double>(now_ns() - offered.ended) / kSecond, "s");
  offered.seen = crowd.take_seen();
  return offered;
}

void judge(Outcome& outcome, Site& site, const Sizes& sizes, double sustained_rate, Offered offered) {
  auto& seen = offered.seen;
  outcome.saw("offered", static_cast<double>(seen.sent) / offered.passed_s, "sends/s");
  outcome.saw("the generator late", bench::percentiles(offered.late));
  outcome.saw("held back by the generator", static_cast<double>(seen.held_back));
  outcome.saw("admitted", offered.in_time / offered.passed_s, "sends/s");
  outcome.saw("refused", static_cast<double>(seen.refused.size()) / offered.passed_s, "sends/s");
  outcome.at_most("sends without an answer", static_cast<double>(seen.sent - seen.answered()), 0);
  outcome.at_most("answers that are neither done nor overloaded with Retry-After", static_cast<double>(seen.wrong), 0);
  outcome.at_least("refused", static_cast<double>(seen.refused.size()), 1);
  const auto to_ack = bench::percentiles(seen.admitted), to_refusal = bench::percentiles(seen.refused);
  outcome.saw("admitted, to ack", to_ack);
  outcome.saw("refused, to the refusal", to_refusal);
  outcome.at_most("memory, MB more", site.peak_growth_mb(), 256);
  if (!sizes.are_times_bars) return;
  outcome.at_least("goodput, of what was sustained", offered.in_time / offered.passed_s / sustained_rate, 0.8);
  outcome.at_most("admitted, to ack p99 ms", to_ack.p99, 1'000);
  outcome.at_most("refused p99 ms", to_refusal.p99, 100);
}

void must_be_quick_again(Outcome& outcome, Load& load, Chatter& chatter, const Sizes& sizes, double quiet_p99) {
  chatter.measure();
  load.run(now_ns() + static_cast<std::uint64_t>(3 * kSecond), {}, [&] { chatter.tick(); });
  chatter.finish(10'000'000'000);
  const auto after = chatter.to_ack();
  outcome.saw("two seconds after, to ack", after);
  outcome.saw("two seconds after, to the other socket", chatter.to_other());
  // The short queue of CI is also full when another test has the processor for a moment: a twentieth of the 300 sends.
  outcome.at_most("refused two seconds after", static_cast<double>(chatter.refused()), sizes.are_times_bars ? 0 : 15);
  if (sizes.are_times_bars) {
    outcome.at_most("to ack two seconds after, p99 ms", after.p99, std::max(2 * quiet_p99, 50.0));
  }
}

}  // namespace

Outcome rush(const std::string& binary, const Sizes& sizes) {
  Outcome outcome("rush");
  Site site(binary, sizes.are_times_bars ? "" : kShort);
  Load load(site.server.port());
  Chatter chatter(site, load, "after", 16, 100);
  Crowd crowd(site, load, sizes.senders);
  load.run(now_ns() + static_cast<std::uint64_t>(kSecond), {}, [&] { chatter.tick(); });
  const auto quiet = chatter.to_ack();
  outcome.saw("quiet, to ack", quiet);
  if (sizes.are_times_bars) sustained(site, load, crowd, 2);  // buffers and caches of a server at work
  const double rate = sustained(site, load, crowd, std::max(2.0, sizes.seconds / 6));
  site.begin();  // what it keeps of what it writes is full, or nearly
  outcome.saw("sustained", rate, "sends/s");
  auto offered = offer(outcome, site, load, crowd, rate * sizes.factor, sizes.seconds);
  const auto ended = offered.ended;
  judge(outcome, site, sizes, rate, std::move(offered));
  load.run(ended + static_cast<std::uint64_t>(2 * kSecond));
  must_be_quick_again(outcome, load, chatter, sizes, quiet.p99);
  site.must_be_normal_again(outcome, ended);
  return outcome;
}

}  // namespace hansard::overload

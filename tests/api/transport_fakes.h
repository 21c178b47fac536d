// A log and its views as plain vectors, for tests of the dispatcher, the feed and resume: one thread, no disk. The
// views answer by folding the log from the start, and are as far behind as the test says.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/acknowledged.h"
#include "api/completions.h"
#include "api/context.h"
#include "api/metrics.h"
#include "engine/engine.h"
#include "projections/views.h"

namespace hansard::test {

using base::ConversationId;
using base::Ordinal;
using base::Position;
using base::UserId;

class FakeEngine final : public engine::Engine {
 public:
  std::vector<engine::EventPtr> events;  // events[i] has position i + 1
  base::PositionGate gate;
  std::vector<log::TypingTransition> typed;
  std::vector<engine::Submission> submitted;  // nothing answers them

  void submit(engine::Submission submission) override { submitted.push_back(std::move(submission)); }
  Position durable() const override { return gate.reached(); }
  base::PositionGate& durable_gate() override { return gate; }
  std::uint32_t epoch() const override { return 1; }
  base::Result<std::vector<engine::EventPtr>> read(Position after, std::size_t events_max) const override;
  base::Result<engine::EventPtr> get(Position at) const override;
  void append_typing(const log::TypingTransition& transition) override { typed.push_back(transition); }
  engine::Metrics metrics() const override { return {}; }
  void stop() override {}
};

class FakeViews final : public projections::Views {
 public:
  explicit FakeViews(const FakeEngine& engine) : engine_(engine) {}
  Position applied() const override { return gate.reached(); }
  base::PositionGate& applied_gate() override { return gate; }
  std::unique_ptr<projections::Snapshot> snapshot() const override;
  std::vector<projections::ViewStatus> status() const override { return {}; }
  void stop() override {}

  base::PositionGate gate;
  bool hides_before_join = false;  // settings.history of every conversation

 private:
  const FakeEngine& engine_;
};

// Appends events that a domain would allow, to a log of a few conversations and users.
class History {
 public:
  explicit History(FakeEngine& engine) : engine_(engine) {}

  static UserId user(std::size_t i) { return {"user-" + std::to_string(i)}; }
  static ConversationId conversation(std::size_t i);

  // Turns any four numbers into one event that fits; what fits nowhere becomes a message or a new conversation.
  void append(unsigned kind, unsigned where, unsigned who, unsigned other);
  bool is_member(std::size_t where, std::size_t who) const;

  static constexpr std::size_t kUsers = 4;
  static constexpr std::size_t kConversations = 4;

  void create(std::size_t where, std::size_t who, std::size_t other);
  void add(std::size_t where, std::size_t who);
  void remove(std::size_t where, std::size_t who);
  void send(std::size_t where, std::size_t who);
  void change(std::size_t where, std::size_t who, bool is_delete);
  void expire(std::size_t where, std::size_t ordinal);
  void react(std::size_t where, std::size_t who, std::size_t ordinal, bool added);
  // One of the events that concern one user alone: profile, block, schedule, notification.
  void keep_to_himself(std::size_t where, std::size_t who, unsigned kind);
  void read(std::size_t where, std::size_t who, bool is_read);
  void mark(std::size_t where, std::size_t who);

 private:
  struct State {
    base::Version version;
    std::map<std::size_t, bool> members;
    std::vector<domain::MessageFacts> messages;
  };
  void push(domain::EventBody body, const UserId& actor, base::Version version);

  FakeEngine& engine_;
  std::map<std::size_t, State> conversations_;
};

// Of a user's own stream, and no pointer: nobody is told.
bool is_private(const domain::RecordedEvent& event);

// Whether a session of the user gets the event live: he is a member when it happens, or it ends or begins that.
bool concerns(const FakeEngine& engine, const UserId& user, const domain::RecordedEvent& event);
bool is_member_at(const FakeEngine& engine, const UserId& user, const ConversationId& conversation, Position at);

class NoAuthenticator final : public api::Authenticator {
 public:
  base::Result<api::Identity> authenticate(std::string_view, base::Timestamp) const override {
    return base::error(base::ErrorCode::refused, "no");
  }
};

// Everything a Context points to.
struct Edge {
  api::asio::io_context io;
  FakeEngine engine;
  FakeViews views{engine};
  NoAuthenticator authenticator;
  api::Limits limits;
  api::Metrics metrics;
  api::Acknowledged acknowledged;
  base::UuidSource uuids{base::system_clock()};
  api::Completions completions{io, engine};
  api::Context context{io,    engine,     views, authenticator, limits, metrics, acknowledged, base::system_clock(),
                       uuids, completions};

  // What is appended becomes durable; the views follow up to `applied`.
  void publish() { engine.gate.advance({engine.events.size()}); }
  void apply(Position to) { views.gate.advance(to); }
  void apply_all() { views.gate.advance(engine.durable()); }
  // Runs what is ready, without waiting for a timer.
  void run() {
    io.restart();
    while (io.poll() > 0) io.restart();
  }
};

// "type" and "position" of a frame's text.
struct Seen {
  std::string type;
  std::uint64_t position = 0;
  bool operator==(const Seen&) const = default;
};
Seen seen_of(const std::string& frame);
// The first member of that name anywhere in a frame's text; "" where there is none.
std::string member_of(const std::string& frame, const std::string& name);

}  // namespace hansard::test

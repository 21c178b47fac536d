// The past against the present, in this process and without HTTP: one conversation of 100,000 messages and 2,000
// members, of which one in twenty messages was edited, one in fifty deleted, one in ten answers another and one in ten
// has reactions; half of the members came after the middle, a tenth left. Read as of the middle.
#include <functional>
#include <random>
#include <stdexcept>

#include "projections/chat_past.h"
#include "projections/chat_snapshot.h"
#include "projections/view_fold.h"
#include "projections/view_kind.h"
#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
using namespace projections;

constexpr std::size_t kMessages = 100'000, kMembers = 2'000, kFoldedAtOnce = 20'000;
constexpr std::int64_t kStart = 1'700'000'000'000;

// Even numbers were there from the beginning, odd ones come after the middle.
UserId user(std::size_t number) {
  std::size_t half = kMembers / 2;
  return {"user" + std::to_string(number < half ? 2 * number : 2 * (number - half) + 1)};
}

class LongConversation {
 public:
  LongConversation() {
    id_.bytes[0] = 0xC0;
    domain::ConversationCreated body;
    body.conversation = id_;
    body.created_by = user(0);
    for (std::size_t i = 0; i < kMembers / 2; ++i) body.members.push_back({user(i)});
    body.content = domain::ConversationContent{"a long one", ""};
    append(std::move(body), user(0));
    for (std::size_t i = 0; i < kMessages; ++i) {
      if (i == kMessages / 2) middle_ = {events_.size()};
      send(i);
      change(i);
    }
  }
  const ConversationId& id() const { return id_; }
  Position middle() const { return middle_; }
  const std::vector<engine::EventPtr>& events() const { return events_; }

 private:
  void append(domain::EventBody body, const UserId& actor) {
    domain::RecordedEvent event;
    event.position = {events_.size() + 1};
    event.stream = domain::stream_of(body);
    event.version = event.stream == base::stream_of(id_) ? Version{++version_} : Version{1};
    event.time = {kStart + static_cast<std::int64_t>(event.position.value)};
    event.actor = actor;
    event.raw_type = static_cast<std::uint16_t>(domain::type_of(body));
    event.body = std::move(body);
    events_.push_back(std::make_shared<const domain::RecordedEvent>(std::move(event)));
  }

  void send(std::size_t i) {
    domain::MessageFacts facts;
    facts.conversation = id_;
    facts.message.bytes[0] = 0xA0;
    for (std::size_t byte = 0; byte < 8; ++byte)
      facts.message.bytes[8 + byte] = static_cast<std::uint8_t>(i >> (56 - 8 * byte));
    facts.ordinal = {i + 1};
    facts.author = user(random_() % (kMembers / 2));
    facts.created_at = facts.sent_at = {kStart + static_cast<std::int64_t>(i)};
    if (!sent_.empty() && i % 10 == 9) {
      const domain::MessageFacts& parent = sent_[i - 1 - random_() % 9];
      facts.reply_to = parent.message;
      facts.reply_to_ordinal = parent.ordinal;
    }
    domain::MessageSent body{facts, std::nullopt};
    body.content = domain::MessageContent{std::string(92, 'x'), "", {}, {}};
    append(std::move(body), facts.author);
    sent_.push_back(std::move(facts));
  }

  void change(std::size_t i) {
    const domain::MessageFacts& facts = sent_[random_() % sent_.size()];
    domain::MessageContent content{std::string(92, 'y'), "", {}, {}};
    if (i % 20 == 0) append(domain::MessageEdited{facts, content}, facts.author);
    if (i % 50 == 0) append(domain::MessageDeleted{facts}, facts.author);
    if (i % 10 == 0) {
      append(domain::ReactionAdded{id_, facts.message, facts.ordinal, user(i % kMembers), {{"+1"}}}, user(i));
    }
    if (i % 4 == 0) append(domain::ReadAdvanced{id_, user(i % kMembers), facts.ordinal}, user(i));
    if (i > kMessages / 2 && i % 50 == 0 && joined_ < kMembers) {
      append(domain::MemberAdded{id_, {{user(joined_)}}, facts.ordinal}, user(joined_));
      ++joined_;
    }
    if (i % 1'000 == 999) append(domain::MemberRemoved{id_, user(i / 1'000)}, user(i / 1'000));
  }

  ConversationId id_;
  std::uint64_t version_ = 0;
  std::size_t joined_ = kMembers / 2;
  Position middle_;
  std::mt19937_64 random_{42};
  std::vector<domain::MessageFacts> sent_;
  std::vector<engine::EventPtr> events_;
};

double microseconds(const std::function<void()>& ask, double seconds) {
  ask();
  std::uint64_t start = now_ns(), ends = start + static_cast<std::uint64_t>(seconds * 1e9), asked = 0;
  for (; now_ns() < ends; ++asked) ask();
  return static_cast<double>(now_ns() - start) / 1e3 / static_cast<double>(std::max<std::uint64_t>(asked, 1));
}

struct Question {
  std::string name;
  std::function<void(const Snapshot&)> now;
  std::function<void(const Past&)> then;
};

// Each question with a snapshot of its own, as a request has.
Row answer(ViewStore& store, Position at, const Question& question, double seconds) {
  auto rows = store.snapshot();
  auto memo = std::make_shared<UnreadMemo>(0);
  double now = microseconds([&] { question.now(ChatSnapshot(rows, memo)); }, seconds);
  double then = microseconds([&] { question.then(ChatPast(rows, at)); }, seconds);
  char note[80];
  std::snprintf(note, sizeof note, "now %.1f us: %.2f times that", now, then / now);
  return {"as of the middle: " + question.name, then, "us", std::nullopt, 0, 0, note};
}
}  // namespace

std::vector<Row> past_rows(const std::string& scratch, double seconds) {
  LongConversation talk;
  auto store = ViewStore::open(scratch + "/past", {});
  if (!store) throw std::runtime_error(store.error().detail);
  ViewFold fold(chat_kind(), store.value(), 1, 100'000);
  std::uint64_t start = now_ns();
  for (std::size_t at = 0; at < talk.events().size(); at += kFoldedAtOnce) {
    std::size_t count = std::min(kFoldedAtOnce, talk.events().size() - at);
    if (auto folded = fold.fold(std::span(talk.events()).subspan(at, count)); !folded) {
      throw std::runtime_error(folded.error().detail);
    }
  }
  double passed = static_cast<double>(now_ns() - start) / 1e9;
  auto events = static_cast<double>(talk.events().size());
  std::vector<Row> rows{{"fold of a long conversation", events / passed, "events/s", std::nullopt, 0, 0, ""}};
  const ConversationId& id = talk.id();
  HistoryQuery page;
  page.limit = 100;
  UserId reader = user(500);
  for (const Question& question : {
           Question{"history of 100", [&](const Snapshot& s) { s.history(id, page, {}); },
                    [&](const Past& p) { p.history(id, page); }},
           Question{"conversation and its last message",
                    [&](const Snapshot& s) { s.message_at(id, s.conversation(id)->last_ordinal); },
                    [&](const Past& p) { p.message_at(id, p.conversation(id)->last_ordinal); }},
           Question{"100 members", [&](const Snapshot& s) { s.members(id, {}, 100); },
                    [&](const Past& p) { p.members(id, {}, 100); }},
           Question{"one message", [&](const Snapshot& s) { s.message_at(id, {kMessages / 3}); },
                    [&](const Past& p) { p.message_at(id, {kMessages / 3}); }},
           Question{"unread", [&](const Snapshot& s) { s.unread(id, reader); },
                    [&](const Past& p) { p.unread(id, reader); }},
       }) {
    rows.push_back(answer(*store.value(), talk.middle(), question, seconds));
  }
  return rows;
}

}  // namespace hansard::bench

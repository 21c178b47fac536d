// The law of the past: whatever is asked as of P is answered as a view answers it that was folded from the events up
// to P and no further.
#include <map>
#include <set>
#include <utility>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/projections/random_history.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

void same(const ConversationView& past, const ConversationView& then) {
  RC_ASSERT(past.id == then.id);
  RC_ASSERT(past.type == then.type);
  RC_ASSERT(past.title == then.title);
  RC_ASSERT(past.metadata == then.metadata);
  RC_ASSERT(past.settings == then.settings);
  RC_ASSERT(past.external_id == then.external_id);
  RC_ASSERT(past.created_by == then.created_by);
  RC_ASSERT(past.created_at == then.created_at);
  RC_ASSERT(past.version == then.version);
  RC_ASSERT(past.settings_version == then.settings_version);
  RC_ASSERT(past.closed == then.closed);
  RC_ASSERT(past.member_count == then.member_count);
  RC_ASSERT(past.last_ordinal == then.last_ordinal);
  RC_ASSERT(past.last_message_position == then.last_message_position);
}

void same(const MemberView& past, const MemberView& then) {
  RC_ASSERT(past.user == then.user);
  RC_ASSERT(past.role == then.role);
  RC_ASSERT(past.joined_at == then.joined_at);
  RC_ASSERT(past.joined_after == then.joined_after);
}

void same(const ReaderView& past, const ReaderView& then) {
  RC_ASSERT(past.read_up_to == then.read_up_to);
  RC_ASSERT(past.delivered_up_to == then.delivered_up_to);
  RC_ASSERT(past.marked_from == then.marked_from);
  RC_ASSERT(past.read_at == then.read_at);
  RC_ASSERT(past.delivered_at == then.delivered_at);
  RC_ASSERT(past.read_position == then.read_position);
  RC_ASSERT(past.delivered_position == then.delivered_position);
  RC_ASSERT(past.archived == then.archived);
  RC_ASSERT(past.muted == then.muted);
  RC_ASSERT(past.pinned == then.pinned);
}

void same(const MessageView& past, const MessageView& then) {
  RC_ASSERT(past.facts == then.facts);
  RC_ASSERT(past.version == then.version);
  RC_ASSERT(past.position == then.position);
  RC_ASSERT(past.content == then.content);
  RC_ASSERT(past.edited_at == then.edited_at);
  RC_ASSERT(past.deleted_at == then.deleted_at);
  RC_ASSERT(past.expired == then.expired);
  RC_ASSERT(past.erased == then.erased);
  RC_ASSERT(past.thread_count == then.thread_count);
  RC_ASSERT(past.reactions == then.reactions);
}

template <class View>
void same(const std::optional<View>& past, const std::optional<View>& then) {
  RC_ASSERT(past.has_value() == then.has_value());
  if (past) same(*past, *then);
}
template <class View>
void same(const std::vector<View>& past, const std::vector<View>& then) {
  RC_ASSERT(past.size() == then.size());
  for (std::size_t i = 0; i < past.size(); ++i) same(past[i], then[i]);
}

void check_history(const Past& past, const ChatSnapshot& then, const base::ConversationId& id,
                   const RandomHistory& history, const Draw& draw) {
  for (int i = 0; i < 6; ++i) {
    HistoryQuery query;
    query.direction = draw(2) == 0 ? Direction::before : Direction::after;
    query.from = {draw(3) == 0 ? 0 : draw(history.messages().size() + 2)};
    query.limit = 1 + draw(draw(2) == 0 ? 4 : 200);
    if (!history.messages().empty() && draw(2) == 0) {
      query.thread = history.messages()[draw(history.messages().size())].message;
      // The present's thread has no end of its own; one that asks for the past begins at the last ordinal of then.
    }
    HistoryPage page = past.history(id, query);
    HistoryPage expected = then.history(id, query, {});
    same(page.items, expected.items);
    RC_ASSERT(page.more == expected.more);
  }
}

void check_people(const Past& past, const ChatSnapshot& then, const base::ConversationId& id, const Draw& draw) {
  base::UserId after{draw(2) == 0 ? "" : RandomHistory::users()[draw(RandomHistory::users().size())]};
  std::size_t limit = 1 + draw(6);
  std::vector<MemberView> members;
  for (auto page = past.members(id, after, limit);; page = past.members(id, page.next, limit)) {
    RC_ASSERT(page.items.size() <= limit);
    members.insert(members.end(), page.items.begin(), page.items.end());
    if (page.next.value.empty()) break;
  }
  same(members, then.members(id, after, 1'000));
  for (const auto& name : RandomHistory::users()) {
    base::UserId user{name};
    same(past.member(id, user), then.member(id, user));
    same(past.reader(id, user), then.reader(id, user));
    UnreadCount count = past.unread(id, user), expected = then.unread(id, user);
    RC_ASSERT(count.unread == expected.unread);
    RC_ASSERT(count.mentions == expected.mentions);
    std::size_t most = draw(2) == 0 ? 2 : 1'000;
    Explain explain = past.explain(id, user, most), wanted = then.explain(id, user, most);
    RC_ASSERT(explain.unread == wanted.unread);
    RC_ASSERT(explain.ordinals == wanted.ordinals);
    RC_ASSERT(explain.truncated == wanted.truncated);
    RC_ASSERT(explain.read_up_to == wanted.read_up_to);
    RC_ASSERT(explain.marked_from == wanted.marked_from);
  }
}

void check_lists(const Past& past, const ChatSnapshot& then) {
  for (const auto& name : RandomHistory::users()) {
    std::vector<base::ConversationId> expected;
    for (const auto& membership : then.memberships({name})) {
      if (membership.member) expected.push_back(membership.conversation);
    }
    RC_ASSERT(past.conversations({name}) == expected);
  }
}

void check_all(const Past& past, const ChatSnapshot& then, const RandomHistory& history, const Draw& draw) {
  for (const auto& id : history.conversations()) {
    same(past.conversation(id), then.conversation(id));
    check_history(past, then, id, history, draw);
    check_people(past, then, id, draw);
  }
  for (const auto& facts : history.messages()) {
    same(past.message(facts.message), then.message(facts.message));
    same(past.message_at(facts.conversation, facts.ordinal), then.message_at(facts.conversation, facts.ordinal));
  }
  check_lists(past, then);
}

// What the erasures of a log are of.
struct Erased {
  std::set<base::MessageId> messages;
  std::set<base::ConversationId> conversations;
  std::map<std::pair<base::MessageId, base::UserId>, base::Position> withdrawn;  // reactions, up to there

  void note(const domain::RecordedEvent& event) {
    if (!event.body) return;
    if (const auto* message = std::get_if<domain::MessageErased>(&*event.body)) messages.insert(message->facts.message);
    if (const auto* whole = std::get_if<domain::ConversationErased>(&*event.body)) {
      conversations.insert(whole->conversation);
    }
    const auto* removed = std::get_if<domain::ReactionRemoved>(&*event.body);
    if (removed && !removed->content) withdrawn[{removed->message, removed->user}] = event.position;
  }
  template <class Body>
  bool takes(const Body& body, base::Position at) const {
    if constexpr (requires { body.facts.message; }) {
      return messages.contains(body.facts.message);
    } else if constexpr (requires { body.content->emoji; }) {
      const auto until = withdrawn.find({body.message, body.user});
      return messages.contains(body.message) || (until != withdrawn.end() && at < until->second);
    } else if constexpr (requires { body.content->title; }) {
      return conversations.contains(body.conversation);
    } else {
      return false;
    }
  }
};

// Current erasures apply to the past: its log is that of today, where the records of what is erased say nothing.
std::vector<engine::EventPtr> erased_log(const std::vector<engine::EventPtr>& events) {
  Erased erased;
  for (const auto& event : events) erased.note(*event);
  std::vector<engine::EventPtr> log;
  for (const auto& event : events) {
    auto copy = std::make_shared<domain::RecordedEvent>(*event);
    const auto forget = [&](auto& body) {
      if constexpr (requires { body.content.reset(); }) {
        if (erased.takes(body, event->position)) body.content.reset();
      }
    };
    if (copy->body) std::visit(forget, *copy->body);
    log.push_back(std::move(copy));
  }
  return log;
}

void check_past(const LogBuilder& log, const RandomHistory& history, const Draw& draw) {
  FoldedView whole(100, *rc::gen::element<std::size_t>(0, 10'000));
  whole.follow(log.events(), 1 + draw(100));
  const auto events = erased_log(log.events());
  RC_ASSERT(whole.recomputed() == whole.checkpoint().digest);
  ChatSnapshot now = whole.snapshot();
  FoldedView then;
  for (std::uint64_t at = 0; at <= events.size(); at += 1 + draw(1 + events.size() / 4)) {
    then.follow({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(at)}, 50);
    check_all(*now.past({at}), then.snapshot(), history, draw);
  }
  check_all(*now.past(log.end()), now, history, draw);
}

TEST_CASE("as of P is what a view folded up to P answers") {
  rc::prop("whatever happened, and wherever P is", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    auto steps = *rc::gen::inRange(1, 150);
    RandomHistory history;
    for (int i = 0; i < steps; ++i) history.step(draw);
    check_past(history.log(), history, draw);
  });
}

TEST_CASE("as of P, what is erased now is erased, of messages, users and conversations") {
  rc::prop("whatever was said before", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    auto steps = *rc::gen::inRange(1, 120);
    RandomHistory history;
    for (int i = 0; i < steps; ++i) history.step(draw);
    LogBuilder log = history.log();
    const std::string user = RandomHistory::users()[draw(RandomHistory::users().size())];
    for (const auto& facts : history.messages()) {
      if (draw(3) == 0) log.react(facts, user, std::nullopt, false);
      if (draw(4) == 0) log.react(facts, user, "new", true);
    }
    for (const auto& id : history.conversations()) {
      if (draw(2) == 0) log.append(domain::ConversationErased{id, {}}, "");
    }
    check_past(log, history, draw);
  });
}

}  // namespace
}  // namespace hansard::projections

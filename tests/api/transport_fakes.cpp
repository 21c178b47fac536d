#include "tests/api/transport_fakes.h"

#include <algorithm>

#include "api/dispatcher_members.h"
#include "api/position_text.h"
#include "projections/past.h"

namespace hansard::test {

using domain::RecordedEvent;

namespace {
class FakeSnapshot final : public projections::Snapshot {  // folds the log anew for every question
 public:
  FakeSnapshot(const FakeEngine& engine, Position position, bool hides_before_join)
      : engine_(engine), position_(position), hides_before_join_(hides_before_join) {}
  Position position() const override { return position_; }
  std::unique_ptr<projections::Past> past(Position) const override { return nullptr; }

  std::optional<projections::ConversationView> conversation(const ConversationId& id) const override {
    projections::ConversationView view;
    each([&](const RecordedEvent& event) {
      api::for_each_change(event, [&](const api::MembershipChange& change) {
        if (change.conversation != id) return;
        view.id = id;
        view.member_count += change.joined ? 1 : -1u;
      });
    });
    if (view.id.is_nil()) return std::nullopt;
    if (hides_before_join_) view.settings.history = domain::History::from_join;
    return view;
  }
  std::optional<projections::MemberView> member(const ConversationId& id, const UserId& user) const override {
    for (const auto& member : members(id, {}, 100)) {
      if (member.user == user) return member;
    }
    return std::nullopt;
  }
  projections::ReaderView reader(const ConversationId& id, const UserId& user) const override {
    projections::ReaderView view;
    each([&](const RecordedEvent& event) {
      if (const auto* read = std::get_if<domain::ReadAdvanced>(&*event.body)) {
        if (read->conversation != id || read->user != user || read->up_to <= view.read_up_to) return;
        view.read_up_to = read->up_to;
        view.read_position = event.position;
        view.read_at = event.time;
      } else if (const auto* delivered = std::get_if<domain::DeliveredAdvanced>(&*event.body)) {
        if (delivered->conversation != id || delivered->user != user) return;
        view.delivered_up_to = std::max(view.delivered_up_to, delivered->up_to);
        view.delivered_position = event.position;
        view.delivered_at = event.time;
      }
    });
    if (auto seat = member(id, user)) view.read_up_to = std::max(view.read_up_to, seat->joined_after);
    return view;
  }
  std::vector<projections::MemberView> members(const ConversationId& id, const UserId& after,
                                               std::size_t limit) const override {
    std::map<UserId, projections::MemberView> found;
    each([&](const RecordedEvent& event) {
      api::for_each_change(event, [&](const api::MembershipChange& change) {
        if (change.conversation != id) return;
        found.erase(change.user);
        if (change.joined) found[change.user] = {change.user, domain::Role::member, event.time, change.joined_after};
      });
    });
    std::vector<projections::MemberView> page;
    for (auto it = found.upper_bound(after); it != found.end() && page.size() < limit; ++it) page.push_back(it->second);
    return page;
  }
  std::optional<projections::MessageView> message(const base::MessageId&, const projections::Viewer&) const override {
    return std::nullopt;
  }
  std::optional<projections::MessageView> message_at(const ConversationId& id, Ordinal ordinal,
                                                     const projections::Viewer&) const override {
    std::optional<projections::MessageView> view;
    each([&](const RecordedEvent& event) {
      auto take = [&](const domain::MessageFacts& facts, std::optional<domain::MessageContent> content) {
        if (facts.conversation != id || facts.ordinal != ordinal) return;
        view = projections::MessageView{};
        view->facts = facts;
        view->version = event.version;
        view->position = event.position;
        view->content = std::move(content);
      };
      if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body)) take(sent->facts, sent->content);
      if (const auto* edited = std::get_if<domain::MessageEdited>(&*event.body)) take(edited->facts, edited->content);
      if (const auto* gone = std::get_if<domain::MessageDeleted>(&*event.body)) take(gone->facts, std::nullopt);
      if (const auto* old = std::get_if<domain::MessageExpired>(&*event.body)) take(old->facts, std::nullopt);
      if (const auto* erased = std::get_if<domain::MessageErased>(&*event.body)) take(erased->facts, std::nullopt);
    });
    return view;
  }
  projections::HistoryPage history(const ConversationId&, const projections::HistoryQuery&, Ordinal) const override {
    return {};
  }
  std::vector<projections::MessageView> versions(const ConversationId&, Ordinal, base::Version,
                                                 std::size_t) const override {
    return {};
  }
  projections::ListPage conversations(const UserId&, const projections::ListFilter&,
                                      std::optional<projections::ListCursor>, std::size_t) const override {
    return {};
  }
  std::optional<projections::ListEntry> list_entry(const ConversationId&, const UserId&) const override {
    return std::nullopt;
  }
  projections::UnreadCount unread(const ConversationId&, const UserId&) const override { return {}; }
  projections::Explain explain(const ConversationId&, const UserId&, std::size_t) const override { return {}; }

  std::optional<projections::ProfileView> profile(const UserId&) const override { return {}; }
  bool blocks(const UserId&, const UserId&) const override { return false; }
  std::optional<base::Timestamp> last_seen(const UserId&) const override { return {}; }
  std::vector<UserId> contacts(const UserId&, std::uint32_t, const UserId&, std::size_t) const override { return {}; }
  bool share_conversation(const UserId&, const UserId&, std::uint32_t) const override { return false; }
  std::vector<projections::ScheduledView> scheduled(const UserId&, const std::optional<projections::ScheduledCursor>&,
                                                    std::size_t) const override {
    return {};
  }
  std::optional<projections::ScheduledView> scheduled_message(const base::MessageId&) const override { return {}; }
  std::vector<projections::DueSend> due_sends(base::Timestamp, std::size_t) const override { return {}; }
  std::vector<base::MessageId> expirable(base::Timestamp, std::size_t) const override { return {}; }
  std::optional<projections::FileView> file(const base::FileId&) const override { return {}; }
  bool may_read_file(const base::FileId&, const UserId&) const override { return false; }
  std::vector<projections::CollectableFile> collectable_files(base::Timestamp,
                                                              const std::optional<projections::CollectableFile::Place>&,
                                                              std::size_t) const override {
    return {};
  }
  bool is_blob_used(const base::Digest&) const override { return false; }

  std::optional<projections::ErasureView> erasure(const base::ErasureId&) const override { return std::nullopt; }
  std::vector<projections::ErasureView> erasures(bool, const base::ErasureId&, std::size_t) const override {
    return {};
  }
  std::optional<projections::HoldView> hold(const base::HoldId&) const override { return std::nullopt; }
  std::vector<projections::HoldView> holds(const base::HoldId&, std::size_t) const override { return {}; }
  std::uint64_t holds_released() const override { return 0; }
  bool is_file_carried(const base::FileId&) const override { return false; }
  std::vector<projections::Membership> memberships(const UserId& user) const override {
    std::map<ConversationId, projections::Membership> found;
    each([&](const RecordedEvent& event) {
      api::for_each_change(event, [&](const api::MembershipChange& change) {
        if (change.user != user) return;
        auto& membership = found[change.conversation];
        membership.conversation = change.conversation;
        membership.member = change.joined;
        membership.changed = event.position;
        membership.joined_after = change.joined_after;
      });
    });
    each([&](const RecordedEvent& event) {
      auto conversation = api::conversation_of(event);
      auto at = conversation ? found.find(*conversation) : found.end();
      if (at == found.end()) return;
      bool is_own_stream = event.stream != base::stream_of(at->first);
      (is_own_stream ? at->second.receipts : at->second.head) = event.position;
    });
    std::vector<projections::Membership> all;
    for (auto& [id, membership] : found) all.push_back(membership);
    return all;
  }
  std::vector<projections::StreamEntry> stream(const base::StreamId& stream, Position after,
                                               std::size_t limit) const override {
    std::vector<projections::StreamEntry> page;
    each([&](const RecordedEvent& event) {
      if (event.stream != stream || event.position <= after || page.size() >= limit) return;
      page.push_back({event.position, event.version, domain::type_of(*event.body), ordinal_of(event)});
    });
    return page;
  }

 private:
  template <class Visit>
  void each(const Visit& visit) const {
    for (std::size_t i = 0; i < position_.value; ++i) visit(*engine_.events[i]);
  }
  static Ordinal ordinal_of(const RecordedEvent& event) {
    if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body)) return sent->facts.ordinal;
    if (const auto* edited = std::get_if<domain::MessageEdited>(&*event.body)) return edited->facts.ordinal;
    if (const auto* gone = std::get_if<domain::MessageDeleted>(&*event.body)) return gone->facts.ordinal;
    if (const auto* old = std::get_if<domain::MessageExpired>(&*event.body)) return old->facts.ordinal;
    if (const auto* erased = std::get_if<domain::MessageErased>(&*event.body)) return erased->facts.ordinal;
    if (const auto* added = std::get_if<domain::ReactionAdded>(&*event.body)) return added->ordinal;
    if (const auto* removed = std::get_if<domain::ReactionRemoved>(&*event.body)) return removed->ordinal;
    return {};
  }

  const FakeEngine& engine_;
  Position position_;
  bool hides_before_join_;
};

}  // namespace

base::Result<std::vector<engine::EventPtr>> FakeEngine::read(Position after, std::size_t events_max) const {
  std::vector<engine::EventPtr> page;
  for (auto at = after.value; at < durable().value && page.size() < events_max; ++at) page.push_back(events[at]);
  return page;
}

base::Result<engine::EventPtr> FakeEngine::get(Position at) const {
  if (at > durable()) return base::error(base::ErrorCode::not_found, "above durable");
  return events[at.value - 1];
}

std::unique_ptr<projections::Snapshot> FakeViews::snapshot() const {
  return std::make_unique<FakeSnapshot>(engine_, applied(), hides_before_join);
}

ConversationId History::conversation(std::size_t i) {
  ConversationId id;
  id.bytes.fill(static_cast<std::uint8_t>(i + 1));
  return id;
}

bool History::is_member(std::size_t where, std::size_t who) const {
  auto at = conversations_.find(where);
  return at != conversations_.end() && at->second.members.contains(who);
}

void History::append(unsigned kind, unsigned where, unsigned who, unsigned other) {
  where %= kConversations;
  who %= kUsers;
  other %= kUsers;
  if (!conversations_.contains(where)) return create(where, who, other);
  bool is_in = is_member(where, who);
  const auto messages = conversations_[where].messages.size();
  switch (kind % 14) {
    case 0:
      return is_in ? remove(where, who) : add(where, who);
    case 1:
      return is_in ? read(where, who, true) : add(where, who);
    case 2:
      return is_in ? read(where, who, false) : add(where, who);
    case 3:
      if (is_in) return mark(where, who);
      break;
    case 4:
    case 5:
      if (is_in && !conversations_[where].messages.empty()) return change(where, who, kind % 14 == 5);
      break;
    case 6:
    case 7:
      if (is_in && messages > 0) return react(where, who, 1 + other % messages, kind % 14 == 6);
      break;
    case 8:
      if (messages > 0) return expire(where, 1 + other % messages);
      break;
    case 9:
      return keep_to_himself(where, who, other);
    default:
      break;
  }
  return is_in ? send(where, who) : add(where, who);
}

void History::push(domain::EventBody body, const UserId& actor, base::Version version) {
  RecordedEvent event;
  event.position = {engine_.events.size() + 1};
  event.stream = domain::stream_of(body);
  event.version = version;
  event.time = {static_cast<std::int64_t>(event.position.value)};
  event.actor = actor;
  event.raw_type = static_cast<std::uint16_t>(domain::type_of(body));
  event.body = std::move(body);
  engine_.events.push_back(std::make_shared<const RecordedEvent>(std::move(event)));
}

void History::create(std::size_t where, std::size_t who, std::size_t other) {
  auto& state = conversations_[where];
  domain::ConversationCreated body;
  body.conversation = conversation(where);
  body.created_by = user(who);
  body.members = {{user(who), domain::Role::owner}};
  state.members[who] = true;
  if (other != who) body.members.push_back({user(other), domain::Role::member});
  if (other != who) state.members[other] = true;
  state.version = {1};
  push(std::move(body), user(who), state.version);
}

void History::add(std::size_t where, std::size_t who) {
  auto& state = conversations_[where];
  state.members[who] = true;
  state.version = state.version.next();
  push(domain::MemberAdded{conversation(where), {{user(who), domain::Role::member}}, {state.messages.size()}},
       user(who), state.version);
}

void History::remove(std::size_t where, std::size_t who) {
  auto& state = conversations_[where];
  state.members.erase(who);
  state.version = state.version.next();
  push(domain::MemberRemoved{conversation(where), user(who)}, user(who), state.version);
}

void History::send(std::size_t where, std::size_t who) {
  auto& state = conversations_[where];
  domain::MessageSent body;
  body.facts.conversation = conversation(where);
  body.facts.ordinal = {state.messages.size() + 1};
  body.facts.author = user(who);
  body.facts.message.bytes.fill(static_cast<std::uint8_t>(100 + where));
  body.facts.message.bytes[0] = static_cast<std::uint8_t>(state.messages.size());
  body.content = domain::MessageContent{"text", "", {}, {}};
  state.messages.push_back(body.facts);
  state.version = state.version.next();
  push(std::move(body), user(who), state.version);
}

void History::change(std::size_t where, std::size_t who, bool is_delete) {
  auto& state = conversations_[where];
  const auto& facts = state.messages[(who + engine_.events.size()) % state.messages.size()];
  state.version = state.version.next();
  if (is_delete) return push(domain::MessageDeleted{facts}, user(who), state.version);
  push(domain::MessageEdited{facts, domain::MessageContent{"edited", "", {}, {}}}, user(who), state.version);
}

void History::expire(std::size_t where, std::size_t ordinal) {
  auto& state = conversations_[where];
  state.version = state.version.next();
  push(domain::MessageExpired{state.messages.at(ordinal - 1)}, {}, state.version);
}

void History::react(std::size_t where, std::size_t who, std::size_t ordinal, bool added) {
  auto& state = conversations_[where];
  const auto& facts = state.messages.at(ordinal - 1);
  const domain::ReactionContent content{"+"};
  state.version = state.version.next();
  if (added) {
    push(domain::ReactionAdded{facts.conversation, facts.message, facts.ordinal, user(who), content}, user(who),
         state.version);
  } else {
    push(domain::ReactionRemoved{facts.conversation, facts.message, facts.ordinal, user(who), content}, user(who),
         state.version);
  }
}

void History::keep_to_himself(std::size_t where, std::size_t who, unsigned kind) {
  const UserId own = user(who);
  domain::SendScheduled waiting;
  waiting.draft.conversation = conversation(where);
  waiting.draft.author = own;
  const domain::EventBody bodies[] = {
      domain::ProfileUpdated{own, domain::ProfileContent{"name", "", ""}},
      domain::UserBlocked{own, user(who + 1)},
      waiting,
      domain::ScheduleCancelled{conversation(where), {}, own, "no"},
      domain::NotificationDue{conversation(where), {}, {1}, own},
  };
  push(bodies[kind % std::size(bodies)], own, {1});
}

void History::read(std::size_t where, std::size_t who, bool is_read) {
  Ordinal up_to{conversations_[where].messages.size()};
  if (is_read) return push(domain::ReadAdvanced{conversation(where), user(who), up_to}, user(who), {1});
  push(domain::DeliveredAdvanced{conversation(where), user(who), up_to}, user(who), {1});
}

void History::mark(std::size_t where, std::size_t who) {
  push(domain::UnreadMarked{conversation(where), user(who), {1}}, user(who), {1});
}

bool is_member_at(const FakeEngine& engine, const UserId& user, const ConversationId& conversation, Position at) {
  bool is_in = false;
  for (std::size_t i = 0; i < at.value; ++i) {
    api::for_each_change(*engine.events[i], [&](const api::MembershipChange& change) {
      if (change.user == user && change.conversation == conversation) is_in = change.joined;
    });
  }
  return is_in;
}

bool is_private(const RecordedEvent& event) {
  using domain::EventType;
  constexpr EventType kPrivate[] = {EventType::profile_updated, EventType::user_blocked, EventType::send_scheduled,
                                    EventType::schedule_cancelled, EventType::notification_due};
  return std::ranges::find(kPrivate, domain::type_of(*event.body)) != std::end(kPrivate);
}

bool concerns(const FakeEngine& engine, const UserId& user, const RecordedEvent& event) {
  auto conversation = *api::conversation_of(event);
  return is_member_at(engine, user, conversation, event.position) ||
         is_member_at(engine, user, conversation, {event.position.value - 1});
}

Seen seen_of(const std::string& frame) {
  auto member = [&](const std::string& name) {
    auto at = frame.find("\"" + name + "\":\"");
    if (at == std::string::npos) return std::string();
    at += name.size() + 4;
    return frame.substr(at, frame.find('"', at) - at);
  };
  auto position = api::parse_position(member("position"));
  return {member("type"), position ? position->position.value : 0};
}

}  // namespace hansard::test

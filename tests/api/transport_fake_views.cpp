// What the fakes' views answer: the log folded anew for every question.
#include <algorithm>
#include <set>

#include "api/dispatcher_members.h"
#include "projections/past.h"
#include "tests/api/transport_fakes.h"

namespace hansard::test {

using domain::RecordedEvent;

namespace {
class FakeSnapshot final : public projections::Snapshot {
 public:
  FakeSnapshot(const FakeEngine& engine, Position position, bool hides_before_join)
      : engine_(engine), position_(position), hides_before_join_(hides_before_join) {}
  Position position() const override { return position_; }
  std::unique_ptr<projections::Past> past(Position at) const override;

  std::optional<projections::ConversationView> conversation(const ConversationId& id) const override {
    projections::ConversationView view;
    each([&](const RecordedEvent& event) {
      api::for_each_change(event, [&](const api::MembershipChange& change) {
        if (change.conversation != id) return;
        view.id = id;
        view.member_count += change.joined ? 1 : -1u;
      });
      const auto* sent = std::get_if<domain::MessageSent>(&*event.body);
      if (sent && sent->facts.conversation == id) view.last_ordinal = sent->facts.ordinal;
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
  // Only forward.
  projections::HistoryPage history(const ConversationId& id, const projections::HistoryQuery& query,
                                   Ordinal) const override {
    projections::HistoryPage page;
    for (Ordinal ordinal = query.from.next(); page.items.size() < query.limit; ordinal = ordinal.next()) {
      auto message = message_at(id, ordinal, {});
      if (!message) break;
      page.items.push_back(*std::move(message));
    }
    return page;
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
  // Others' messages above the pointer that are still there; markers and mentions are left out.
  projections::UnreadCount unread(const ConversationId& id, const UserId& user) const override {
    const auto read_up_to = reader(id, user).read_up_to;
    std::set<Ordinal> counted;
    each([&](const RecordedEvent& event) {
      const auto* sent = std::get_if<domain::MessageSent>(&*event.body);
      if (sent && sent->facts.conversation == id && sent->facts.author != user && sent->facts.ordinal > read_up_to)
        counted.insert(sent->facts.ordinal);
    });
    std::erase_if(counted, [&](Ordinal ordinal) { return !message_at(id, ordinal, {})->content; });
    return {counted.size(), 0};
  }
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
  std::vector<projections::DueSend> due_sends(base::Timestamp, const std::optional<projections::ScheduledCursor>&,
                                              std::size_t) const override {
    return {};
  }
  std::vector<projections::ExpiringConversation> expiring(
      base::Timestamp, const std::optional<projections::ExpiringConversation::Place>&, std::size_t) const override {
    return {};
  }
  projections::ExpirableStretch expirable_in(const base::ConversationId&, base::Ordinal, base::Timestamp,
                                             std::size_t) const override {
    return {};
  }
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

class FakePast final : public projections::Past {  // what a snapshot of then would say
 public:
  FakePast(const FakeEngine& engine, Position at, bool hides_before_join) : then_(engine, at, hides_before_join) {}
  Position position() const override { return then_.position(); }
  std::optional<projections::ConversationView> conversation(const ConversationId& id) const override {
    return then_.conversation(id);
  }
  std::optional<projections::MemberView> member(const ConversationId& id, const UserId& user) const override {
    return then_.member(id, user);
  }
  projections::ReaderView reader(const ConversationId& id, const UserId& user) const override {
    return then_.reader(id, user);
  }
  projections::MembersPage members(const ConversationId& id, const UserId& after, std::size_t limit) const override {
    return {then_.members(id, after, limit), {}};
  }
  projections::FirstReach first_reach(const ConversationId&, const UserId&, Ordinal) const override { return {}; }
  std::optional<projections::MessageView> message(const base::MessageId&) const override { return std::nullopt; }
  std::optional<projections::MessageView> message_at(const ConversationId& id, Ordinal ordinal) const override {
    return then_.message_at(id, ordinal, {});
  }
  std::optional<projections::MessageView> version_at(const ConversationId& id, Ordinal ordinal) const override {
    return then_.message_at(id, ordinal, {});
  }
  projections::HistoryPage history(const ConversationId&, const projections::HistoryQuery&) const override {
    return {};
  }
  projections::UnreadCount unread(const ConversationId& id, const UserId& user) const override {
    return then_.unread(id, user);
  }
  projections::Explain explain(const ConversationId&, const UserId&, std::size_t) const override { return {}; }
  std::vector<ConversationId> conversations(const UserId&) const override { return {}; }

 private:
  FakeSnapshot then_;
};

std::unique_ptr<projections::Past> FakeSnapshot::past(Position at) const {
  return std::make_unique<FakePast>(engine_, at, hides_before_join_);
}

}  // namespace

std::unique_ptr<projections::Snapshot> FakeViews::snapshot() const {
  return std::make_unique<FakeSnapshot>(engine_, applied(), hides_before_join);
}

}  // namespace hansard::test

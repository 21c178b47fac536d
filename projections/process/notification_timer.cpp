#include "projections/process/notification_timer.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "engine/base/check.h"
#include "projections/process/delivery_rows.h"

namespace hansard::process {

namespace {
constexpr std::chrono::milliseconds kPoll{500};
constexpr std::chrono::milliseconds kBackOff{1'000};
// A replay after a crash repeats commands whose keys are known.
constexpr std::chrono::milliseconds kSaveInterval{1'000};

std::vector<base::UserId> mentioned(const projections::MessageView& message) {
  std::vector<base::UserId> users;
  for (const auto& mention : message.content->mentions) {
    if (mention.counts) users.push_back(mention.user);
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

std::vector<base::UserId> candidates(const projections::MessageView& message, const projections::Snapshot& snapshot) {
  const auto& id = message.facts.conversation;
  const auto conversation = snapshot.conversation(id);
  if (!conversation || conversation->closed) return {};
  if (conversation->member_count > NotificationTimer::kWholeGroupMax) return mentioned(message);
  std::vector<base::UserId> users;
  for (auto& member : snapshot.members(id, {}, NotificationTimer::kWholeGroupMax)) {
    users.push_back(std::move(member.user));
  }
  return users;
}

bool is_unaware(const domain::MessageFacts& facts, const base::UserId& user, const projections::Snapshot& snapshot) {
  if (user == facts.author || !snapshot.member(facts.conversation, user)) return false;
  const auto reader = snapshot.reader(facts.conversation, user);
  return !reader.muted && reader.read_up_to < facts.ordinal && reader.delivered_up_to < facts.ordinal;
}

const domain::MessageSent* sent_in(const domain::RecordedEvent& event) {
  return event.body ? std::get_if<domain::MessageSent>(&*event.body) : nullptr;
}
}  // namespace

std::vector<Proposal> notifications_of(const domain::MessageSent& sent, const projections::Snapshot& snapshot) {
  const auto& facts = sent.facts;
  if (facts.type == domain::MessageType::system || facts.created_at != facts.sent_at) return {};
  const auto message = snapshot.message(facts.message);
  if (!message || !message->content) return {};
  std::vector<Proposal> proposals;
  for (const auto& user : candidates(*message, snapshot)) {
    if (!is_unaware(facts, user, snapshot)) continue;
    proposals.push_back({domain::NotifyMember{facts.message}, user, "notify:" + base::to_text(facts.message)});
  }
  return proposals;
}

NotificationTimer::NotificationTimer(const Parts& parts, std::uint32_t after_s, bool is_wanted)
    : parts_(parts), after_ms_(std::int64_t{after_s} * 1'000), is_wanted_(is_wanted) {
  if (is_wanted_) {
    read_row();
  } else if (parts_.store.get(notification_key())) {
    const ProgressStore::Change none{notification_key(), std::nullopt};
    parts_.store.write({&none, 1});
  }
}

void NotificationTimer::read_row() {
  const auto bytes = parts_.store.get(notification_key());
  NotificationRow row{parts_.engine.epoch(), parts_.engine.durable()};
  if (bytes) CHECK(row.decode(*bytes), "the row of the notification timer is damaged");
  cursor_ = std::min(row.cursor, parts_.engine.durable());
  if (!bytes || cursor_ != row.cursor) save();
  saved_ = cursor_;
}

base::MonotonicTime NotificationTimer::step() {
  if (!is_wanted_) return base::MonotonicTime::max();
  save_when_due();
  const auto now = parts_.clock.monotonic();
  if (next_ == ahead_.size() && !read_ahead()) return now + kPoll;
  const auto snapshot = parts_.views.snapshot();
  const std::int64_t sent_before_ms = parts_.clock.now().ms - after_ms_;
  std::vector<Proposal> proposals;
  base::Position through = cursor_;
  for (; next_ < ahead_.size() && proposals.size() < kProposalsMax; ++next_) {
    const auto& event = *ahead_[next_];
    const auto* sent = sent_in(event);
    if (sent != nullptr && event.time.ms > sent_before_ms) {
      if (through == cursor_) return now + std::min(kPoll, std::chrono::milliseconds(event.time.ms - sent_before_ms));
      break;
    }
    if (sent != nullptr) std::ranges::move(notifications_of(*sent, *snapshot), std::back_inserter(proposals));
    through = event.position;
  }
  return run(std::move(proposals), through);
}

bool NotificationTimer::read_ahead() {
  ahead_.clear();
  next_ = 0;
  const base::Position applied = parts_.views.applied();
  if (applied <= cursor_) return false;
  auto events = parts_.engine.read(cursor_, kAheadMax);
  if (!events) return false;  // the views meet the same and say so
  for (auto& event : events.value()) {
    if (event->position <= applied) ahead_.push_back(std::move(event));
  }
  return !ahead_.empty();
}

// `through` is considered when all are answered; otherwise they are asked again, and who was answered is known.
base::MonotonicTime NotificationTimer::run(std::vector<Proposal> proposals, base::Position through) {
  const auto answers = parts_.desk.run(std::move(proposals));
  if (std::any_of(answers.begin(), answers.end(), is_for_later)) {
    ahead_.clear();
    next_ = 0;
    return parts_.clock.monotonic() + kBackOff;
  }
  cursor_ = through;
  return parts_.clock.monotonic();
}

void NotificationTimer::save_when_due() {
  const auto now = parts_.clock.monotonic();
  if (now < save_at_ || cursor_ == saved_) return;
  save();
  save_at_ = now + kSaveInterval;
}

void NotificationTimer::save() {
  const NotificationRow row{parts_.engine.epoch(), cursor_};
  const ProgressStore::Change change{notification_key(), row.encode()};
  parts_.store.write({&change, 1});
  saved_ = cursor_;
}

void NotificationTimer::close() {
  if (is_wanted_ && cursor_ != saved_) save();
}

}  // namespace hansard::process

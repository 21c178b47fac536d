#include "tests/sim/model.h"

#include <algorithm>
#include <utility>

#include "tests/sim/violation.h"

namespace hansard::sim {

namespace {
using domain::EventType;

constexpr std::string_view kOwner = "owner";
constexpr std::string_view kMember = "member";

void join(ConversationState& state, const std::string& user, std::string_view role) {
  state.members[user] = role;
  state.joined_after[user] = state.messages.size();
  auto& pointer = state.pointers[user];
  pointer.read = std::max<std::uint64_t>(pointer.read, state.messages.size());
  pointer.marked_from = 0;
}

// What it says, and for whom that counts: members at this time but the author, each once. Whom the version before named
// it counts for as before.
void say(const ConversationState& state, MessageState& message, const Fact& fact) {
  std::set<std::string> counted;
  for (const auto& user : fact.mentions) {
    const bool was_named = std::ranges::find(message.mentions, user) != message.mentions.end();
    const bool may_count = state.has(user) && user != message.author && !message.is_system;
    if (was_named ? message.mentioned.contains(user) : may_count) counted.insert(user);
  }
  message.text = fact.text;
  message.version = fact.version;
  message.mentions = fact.mentions;
  message.mentioned = std::move(counted);
}

void fold_message(ConversationState& state, const Fact& fact, Place place) {
  if (fact.type == EventType::message_sent) {
    MessageState sent;
    sent.id = fact.message;
    sent.author = fact.author;
    sent.is_system = fact.is_system;
    sent.sent_ms = fact.time_ms;
    say(state, sent, fact);
    state.messages.push_back(std::move(sent));
    state.last_message = place;
    return;
  }
  auto& message = state.messages.at(fact.ordinal - 1);
  if (fact.type == EventType::reaction_added) {
    message.reactions[fact.emoji].insert(fact.users[0]);
  } else if (fact.type == EventType::reaction_removed) {
    message.reactions[fact.emoji].erase(fact.users[0]);
    if (message.reactions[fact.emoji].empty()) message.reactions.erase(fact.emoji);
  } else {
    say(state, message, fact);
    if (!fact.text) message.reactions.clear();
  }
}

void fold_pointer(PointerState& pointer, const Fact& fact) {
  if (fact.type == EventType::read_advanced) {
    pointer.read = std::max(pointer.read, fact.ordinal);
    pointer.marked_from = 0;
  } else if (fact.type == EventType::delivered_advanced) {
    pointer.delivered = std::max(pointer.delivered, fact.ordinal);
  } else if (fact.type == EventType::unread_marked) {
    pointer.marked_from = fact.ordinal;
  } else {
    pointer.archived = fact.archived;
  }
}

void fold(ConversationState& state, const Fact& fact, Place place) {
  if (fact.is_pointer()) return fold_pointer(state.pointers[fact.users[0]], fact);
  if (fact.is_of_user()) return;
  state.version = fact.version;
  if (fact.type == EventType::conversation_created) {
    state.last_message = place;
    state.hides_history = fact.hides_history;
    state.retention_s = fact.retention_s;
    for (const auto& user : fact.users) join(state, user, user == fact.actor ? kOwner : kMember);
  } else if (fact.type == EventType::member_added) {
    for (const auto& user : fact.users) join(state, user, kMember);
  } else if (fact.type == EventType::member_removed) {
    state.members.erase(fact.users[0]);
  } else {
    fold_message(state, fact, place);
  }
}
}  // namespace

bool Fact::is_pointer() const {
  return type == EventType::read_advanced || type == EventType::delivered_advanced ||
         type == EventType::unread_marked || type == EventType::conversation_flagged;
}

bool Fact::is_of_user() const {
  return is_pointer() || type == EventType::send_scheduled || type == EventType::schedule_cancelled ||
         type == EventType::audit_read;
}

std::uint64_t ConversationState::hidden_through(const std::string& user) const {
  auto joined = joined_after.find(user);
  return hides_history && joined != joined_after.end() ? joined->second : 0;
}

const MessageState* ConversationState::message(const std::string& id) const {
  auto found = std::find_if(messages.begin(), messages.end(), [&](const auto& one) { return one.id == id; });
  return found == messages.end() ? nullptr : &*found;
}

std::vector<std::uint64_t> ConversationState::unread_ordinals(const std::string& user) const {
  auto found = pointers.find(user);
  const PointerState pointer = found == pointers.end() ? PointerState{} : found->second;
  std::vector<std::uint64_t> unread;
  for (std::uint64_t ordinal = 1; ordinal <= messages.size(); ++ordinal) {
    const auto& message = messages[ordinal - 1];
    const bool is_above = pointer.marked_from > 0 ? ordinal >= pointer.marked_from : ordinal > pointer.read;
    if (is_above && message.author != user && !message.is_system && message.text) unread.push_back(ordinal);
  }
  return unread;
}

std::uint64_t ConversationState::unread(const std::string& user, std::uint64_t last) const {
  const auto ordinals = unread_ordinals(user);
  return static_cast<std::uint64_t>(std::upper_bound(ordinals.begin(), ordinals.end(), last) - ordinals.begin());
}

std::uint64_t ConversationState::mentions_unread(const std::string& user, std::uint64_t last) const {
  const auto ordinals = unread_ordinals(user);
  const auto mentions = [&](std::uint64_t ordinal) {
    return ordinal <= last && messages[ordinal - 1].mentioned.contains(user);
  };
  return static_cast<std::uint64_t>(std::count_if(ordinals.begin(), ordinals.end(), mentions));
}

void Model::accept(const domain::RecordedEvent& event) {
  require(event.position.value == length() + 1, "position", event.position.value, "follows", length());
  const Fact fact = fact_of(event);
  try {
    check_place(fact);
    check_command(fact);
    check(fact);
  } catch (const Violation& broken) {
    throw Violation("position " + std::to_string(event.position.value) + ", " +
                    std::string(domain::type_name(fact.type)) + ": " + broken.what());
  }
  if (fact.type == EventType::conversation_created) conversations_.push_back(fact.conversation);
  facts_.push_back(fact);
  places_[fact.conversation].push_back(length());
  if (fact.command != base::ShortDigest{}) commands_[fact.command] = length();
}

void Model::recognise(const domain::RecordedEvent& event) {
  if (event.position.value > length()) return accept(event);
  require(fact_of(event) == at(event.position.value), "position", event.position.value, "says something else");
}

// Dense versions, and time that does not go back.
void Model::check_place(const Fact& fact) {
  if (!facts_.empty()) require(fact.time_ms >= facts_.back().time_ms, "time went back");
  if (fact.is_of_user()) {
    auto& version = stream_versions_[fact.users.at(0)];
    require(fact.version == version + 1, "version", fact.version, "of a user follows", version);
    version = fact.version;
    return;
  }
  const auto& state = now(fact.conversation);
  require(fact.version == state.version + 1, "version", fact.version, "follows", state.version);
}

// A command's events stand together, once.
void Model::check_command(const Fact& fact) {
  if (fact.command != base::ShortDigest{}) {
    auto known = commands_.find(fact.command);
    require(known == commands_.end() || known->second == length(), "the command had its effect before");
  }
  const bool says_something = fact.text && !fact.is_system && !fact.is_of_user();
  if (says_something) require(texts_.insert(*fact.text).second, "said twice:", *fact.text);
}

void Model::check(const Fact& fact) {
  if (fact.type == EventType::audit_read) return;  // of no conversation
  const ConversationState& state = now(fact.conversation);
  if (fact.type == EventType::conversation_created) {
    require(state.version == 0, "it was there");
    return;
  }
  require(state.version > 0, "the conversation is not there");
  if (fact.type == EventType::message_expired) return check_message(fact, state);
  if (fact.type == EventType::schedule_cancelled) return check_waiting(fact);
  const bool is_notice = fact.type == EventType::message_sent && fact.is_system;
  if (!is_notice) require(state.has(fact.actor), fact.actor, "is no member");
  if (fact.type == EventType::member_added) {
    require(fact.ordinal == state.messages.size(), "the last ordinal is another one");
    for (const auto& user : fact.users) require(!state.has(user), user, "is a member");
  } else if (fact.type == EventType::member_removed) {
    require(state.has(fact.users[0]), fact.users[0], "is no member");
  } else if (fact.type == EventType::send_scheduled) {
    require(fact.send_at_ms > fact.time_ms, "it was due at once");
    require(waiting_.emplace(fact.message, fact).second, "it waits already");
  } else if (fact.type == EventType::message_sent) {
    check_sent(fact, state);
  } else if (!fact.is_pointer()) {
    check_message(fact, state);
  }
}

void Model::check_sent(const Fact& fact, const ConversationState& state) {
  require(fact.ordinal == state.messages.size() + 1, "ordinal", fact.ordinal, "follows", state.messages.size());
  require(state.message(fact.message) == nullptr, "the message is there");
  if (fact.was_scheduled) check_waiting(fact);
}

// What waited has come to its end: once, and not before its time.
void Model::check_waiting(const Fact& fact) {
  auto waiting = waiting_.find(fact.message);
  require(waiting != waiting_.end(), "nothing waited");
  const Fact& draft = waiting->second;
  if (fact.type == EventType::message_sent) {
    require(fact.time_ms >= draft.send_at_ms, "sent before its time");
    const bool says_the_same = fact.text == draft.text && fact.mentions == draft.mentions;
    require(says_the_same && fact.author == draft.author, "another message than the one that waited");
  }
  waiting_.erase(waiting);
}

// A change of a message that is there.
void Model::check_message(const Fact& fact, const ConversationState& state) const {
  const auto* message = state.message(fact.message);
  require(message != nullptr && &state.messages.at(fact.ordinal - 1) == message, "not that message");
  require(message->text.has_value(), "the message is deleted");
  if (fact.type == EventType::message_edited) require(message->author == fact.actor, "edited by another");
  if (fact.type == EventType::message_deleted) {
    require(message->author == fact.actor || state.members.at(fact.actor) == kOwner, "deleted by another");
  }
  if (fact.type == EventType::message_expired) {
    require(state.retention_s > 0, "nothing expires here");
    require(fact.time_ms - message->sent_ms >= std::int64_t{state.retention_s} * 1'000, "expired before its time");
  }
  const auto under = message->reactions.find(fact.emoji);
  const bool is_there = under != message->reactions.end() && under->second.contains(fact.actor);
  if (fact.type == EventType::reaction_added) require(!is_there, "the reaction is there");
  if (fact.type == EventType::reaction_removed) require(is_there, "the reaction is not there");
  const bool is_by_member = fact.type != EventType::message_expired;
  if (is_by_member) require(fact.ordinal > state.hidden_through(fact.actor), "the message is hidden from him");
}

bool Model::has_overdue(std::int64_t by_ms) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const auto& one) { return one.second.send_at_ms <= by_ms; });
}

const std::vector<Place>& Model::places(const std::string& conversation) const {
  static const std::vector<Place> none;
  auto found = places_.find(conversation);
  return found == places_.end() ? none : found->second;
}

const ConversationState& Model::state(const std::string& conversation, Place place) const {
  Cached* cached = &newest_[conversation];
  if (cached->place > place) {
    cached = &past_[conversation];
    if (cached->place > place) *cached = {};
  }
  const auto& all = places(conversation);
  for (; cached->folded < all.size() && all[cached->folded] <= place; ++cached->folded) {
    fold(cached->state, at(all[cached->folded]), all[cached->folded]);
  }
  cached->place = place;
  return cached->state;
}

std::pair<Place, Place> Model::command_around(Place place) const {
  const auto& command = at(place).command;
  std::pair<Place, Place> range{place, place};
  if (command == base::ShortDigest{}) return range;
  while (range.first > 1 && at(range.first - 1).command == command) --range.first;
  while (range.second < length() && at(range.second + 1).command == command) ++range.second;
  return range;
}

bool Model::is_member_throughout(const std::string& conversation, const std::string& user, Place from) const {
  if (!state(conversation, from).has(user)) return false;
  const auto& all = places(conversation);
  return std::none_of(std::upper_bound(all.begin(), all.end(), from), all.end(), [&](Place place) {
    const Fact& fact = at(place);
    return fact.type == EventType::member_removed && fact.users[0] == user;
  });
}

}  // namespace hansard::sim

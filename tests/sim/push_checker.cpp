#include "tests/sim/push_checker.h"

#include <algorithm>

#include "engine/base/position_text.h"
#include "tests/sim/violation.h"

namespace hansard::sim {

namespace {
using domain::EventType;

std::string_view frame_type_of(EventType type) {
  switch (type) {
    case EventType::conversation_created:
      return "conversation.created";
    case EventType::member_added:
      return "member.added";
    case EventType::member_removed:
      return "member.removed";
    case EventType::message_sent:
      return "message.new";
    case EventType::message_edited:
      return "message.edited";
    case EventType::message_deleted:
    case EventType::message_expired:
      return "message.deleted";
    case EventType::reaction_added:
      return "reaction.added";
    case EventType::reaction_removed:
      return "reaction.removed";
    case EventType::read_advanced:
      return "message.read_receipt";
    case EventType::delivered_advanced:
      return "message.delivered";
    default:
      return "";
  }
}

bool is_receipt_type(std::string_view type) { return type == "message.read_receipt" || type == "message.delivered"; }
bool is_receipt(const Fact& fact) { return is_receipt_type(frame_type_of(fact.type)); }
bool is_reaction(const Fact& fact) {
  return fact.type == EventType::reaction_added || fact.type == EventType::reaction_removed;
}
bool is_end(const Fact& fact) {
  return fact.type == EventType::message_deleted || fact.type == EventType::message_expired;
}

std::string text_of(base::JsonValue value) { return std::string(value.string().value_or("(none)")); }
std::uint64_t number_of(base::JsonValue value) { return static_cast<std::uint64_t>(value.integer().value_or(-1)); }

// The text and mentions of a sent or edited message; none of them where it ended.
bool says(base::JsonValue message, const Fact& fact) {
  const auto text = message.member("content").string();
  if (text.has_value() != fact.text.has_value()) return false;
  return text.value_or("") == fact.text.value_or("") && mentions_in(message) == fact.mentions;
}
}  // namespace

std::optional<Place> place_in(base::JsonValue object, std::string_view member) {
  auto text = object.member(member).string();
  auto parsed = text ? base::parse_position(*text) : std::nullopt;
  return parsed ? std::optional(parsed->position.value) : std::nullopt;
}

std::vector<std::string> mentions_in(base::JsonValue message) {
  std::vector<std::string> users;
  for (const auto& mention : message.member("mentions").items()) users.push_back(text_of(mention.member("user_id")));
  return users;
}

void PushChecker::begin(Place cursor, std::optional<Place> resumed_from, const std::optional<KnownPointers>& known) {
  require(!has_begun_, "hello twice");
  has_begun_ = true;
  is_catching_up_ = resumed_from.has_value();
  told_ = resumed_from.value_or(cursor);
  if (resumed_from && known) known_ = *known;
  known_.since = resumed_from && known ? std::min(known->since, told_) : told_;
  last_position_ = 0;
  last_seen_ = told_;
}

void PushChecker::resume(Place from) {
  known_.since = std::min(known_.since, from);
  is_catching_up_ = true;
  told_ = from;
  last_position_ = 0;
  last_seen_ = from;
}

void PushChecker::on_frame(std::string_view type, base::JsonValue frame) {
  const auto place = place_in(frame, "position");
  require(place.has_value(), "a frame without a position:", type);
  require(*place <= model_.length(), type, "of", *place, "was pushed above the durable position", model_.length());
  require(*place >= last_position_, type, "at", *place, "came after", last_position_);
  last_position_ = *place;
  last_seen_ = std::max(last_seen_.value_or(0), *place);
  if (type == "fell_behind") {
    require(!is_catching_up_, "fell behind twice");
    pass_to(*place);
    is_catching_up_ = true;
  } else if (type == "caught_up") {
    require(is_catching_up_, "caught up while live");
    pass_to(*place);
    is_catching_up_ = false;
  } else if (type == "unread.changed") {
    on_unread(frame, *place);
  } else if (is_receipt_type(type)) {
    on_receipt(type, frame, *place);
  } else {
    on_event(type, frame, *place);
  }
}

void PushChecker::on_event(std::string_view type, base::JsonValue frame, Place place) {
  require(place > told_, type, "of", place, "came twice or late; told up to", told_);
  const Fact& fact = model_.at(place);
  require(type == frame_type_of(fact.type), type, "of", place, "was", frame_type_of(fact.type));
  require(text_of(frame.member("conversation_id")) == fact.conversation, "another conversation at", place);
  require(number_of(frame.member("version")) == fact.version, "another version at", place);
  require(concerns(fact, place), type, "of", place, "is none of", user_, "'s business");
  pass_to(place - 1);
  told_ = place;
  auto data = frame.member("data");
  if (fact.type == EventType::message_sent || fact.type == EventType::message_edited) {
    on_message(fact, data.member("message"), place);
  } else if (is_end(fact)) {
    require(text_of(data.member("message_id")) == fact.message, "another message deleted at", place);
  } else if (is_reaction(fact)) {
    require(text_of(data.member("emoji")) == fact.emoji, "another emoji at", place);
    require(text_of(data.member("user_id")) == fact.users[0], "another user's reaction at", place);
  }
}

void PushChecker::on_message(const Fact& fact, base::JsonValue message, Place place) const {
  require(text_of(message.member("id")) == fact.message, "another message at", place);
  require(number_of(message.member("ordinal")) == fact.ordinal, "another ordinal at", place);
  require(text_of(message.member("sender_id")) == fact.author, "another author at", place);
  const bool is_right = says(message, fact) || (is_catching_up_ && is_said_since(fact, place, message));
  require(is_right, "message", fact.ordinal, "at", place, "reads", text_of(message.member("content")), "and mentions",
          mentions_in(message).size());
}

// The message read so at some time since.
bool PushChecker::is_said_since(const Fact& fact, Place place, base::JsonValue message) const {
  const auto& places = model_.places(fact.conversation);
  return std::any_of(std::upper_bound(places.begin(), places.end(), place), places.end(), [&](Place later) {
    const Fact& change = model_.at(later);
    const bool is_change = change.type == EventType::message_edited || is_end(change);
    return is_change && change.message == fact.message && says(message, change);
  });
}

void PushChecker::on_receipt(std::string_view type, base::JsonValue frame, Place place) {
  auto data = frame.member("data");
  const auto conversation = text_of(frame.member("conversation_id"));
  const auto user = text_of(data.member("user_id"));
  const auto up_to = number_of(data.member("up_to"));
  const auto& places = model_.places(conversation);
  auto told = [&](Place at) {
    const Fact& fact = model_.at(at);
    return frame_type_of(fact.type) == type && fact.users[0] == user && fact.ordinal == up_to;
  };
  require(std::any_of(places.begin(), places.end(), told), type, "of", user, "up to", up_to, "never happened");
  known_.receipts[{conversation, user, std::string(type)}] = up_to;
  require(place > told_, type, "of", place, "came twice or late; told up to", told_);
  require(told(place), type, "of", place, "is another one");
  pass_to(place - 1);
  told_ = place;
}

// Live, the count stands for where the views were, which is anywhere from a little before the frame's position on. In a
// catch-up it is that of its place, or of the ends that follow it there.
void PushChecker::on_unread(base::JsonValue frame, Place place) {
  const auto conversation = text_of(frame.member("conversation_id"));
  const auto unread = number_of(frame.member("data").member("unread"));
  const auto mentions = number_of(frame.member("data").member("mentions_unread"));
  const auto& places = model_.places(conversation);
  auto at = std::upper_bound(places.begin(), places.end(), place);
  const std::ptrdiff_t before = is_catching_up_ ? 1 : 64;
  at -= std::min(before, at - places.begin());
  CountTold told{place, 0, unread, mentions, {}};
  for (; at != places.end(); ++at) {
    const bool is_beyond = is_catching_up_ && *at > place && model_.at(*at).type == EventType::message_sent;
    if (is_beyond) break;
    const auto& state = model_.state(conversation, *at);
    if (state.unread(user_) != unread || state.mentions_unread(user_) != mentions) continue;
    if (told.last_ordinals.empty()) told.since = *at;
    told.last_ordinals.insert(state.messages.size());
  }
  require(!told.last_ordinals.empty(), "unread.changed at", place, "says", unread, "with mentions", mentions);
  known_.counts[conversation] = std::move(told);
}

void PushChecker::finish(Place end) {
  require(has_begun_, "no hello came");
  require(!is_catching_up_, "it never caught up");
  pass_to(end);
  check_receipts(end);
  check_counts(end);
  check_told_counts(end);
}

// Of who has stayed since, to who has stayed since. A read that only took a marker away tells nobody else anything new.
void PushChecker::check_receipts(Place end) const {
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> wanted;
  for (Place at = known_.since + 1; at <= end; ++at) {
    const Fact& fact = model_.at(at);
    if (!is_receipt(fact) || fact.users[0] == user_) continue;
    const auto& reader = fact.users[0];
    const bool have_stayed = model_.is_member_throughout(fact.conversation, user_, at) &&
                             model_.is_member_throughout(fact.conversation, reader, at);
    const auto before = model_.state(fact.conversation, at - 1).pointers.at(reader);
    const bool is_moved = fact.ordinal > (fact.type == EventType::read_advanced ? before.read : before.delivered);
    if (!have_stayed || !is_moved) continue;
    wanted[{fact.conversation, reader, std::string(frame_type_of(fact.type))}] = fact.ordinal;
  }
  for (const auto& [key, ordinal] : wanted) {
    auto told = known_.receipts.find(key);
    const std::uint64_t up_to = told == known_.receipts.end() ? 0 : told->second;
    require(up_to == ordinal, std::get<2>(key), "of", std::get<1>(key), "in", std::get<0>(key), "was told up to", up_to,
            "and is", ordinal, "which moved above", known_.since);
  }
}

void PushChecker::check_counts(Place end) const {
  for (Place at = known_.since + 1; at <= end; ++at) {
    const Fact& fact = model_.at(at);
    const bool is_own_move = fact.is_pointer() && fact.users[0] == user_ && fact.type != EventType::delivered_advanced;
    if (!is_own_move || !model_.is_member_throughout(fact.conversation, user_, at)) continue;
    auto told = known_.counts.find(fact.conversation);
    require(told != known_.counts.end() && told->second.place >= at, "no unread.changed came after", at, "in",
            fact.conversation);
  }
}

// Whatever changed a count since but a new message was told.
void PushChecker::check_told_counts(Place end) const {
  for (const auto& id : model_.conversations()) {
    auto found = known_.counts.find(id);
    const CountTold told = found == known_.counts.end() ? read_at_beginning(id) : found->second;
    if (!model_.is_member_throughout(id, user_, told.since)) continue;
    const auto& state = model_.state(id, end);
    const bool holds = std::any_of(told.last_ordinals.begin(), told.last_ordinals.end(), [&](std::uint64_t last) {
      return state.unread(user_, last) == told.unread && state.mentions_unread(user_, last) == told.mentions;
    });
    require(holds, "the unread count of", id, "was told last at", told.place, "as", told.unread, "with mentions",
            told.mentions, "and changed without a word");
  }
}

// What he read when he began.
CountTold PushChecker::read_at_beginning(const std::string& conversation) const {
  const auto& state = model_.state(conversation, known_.since);
  return {known_.since, known_.since, state.unread(user_), state.mentions_unread(user_), {state.messages.size()}};
}

void PushChecker::pass_to(Place place) {
  for (Place at = told_ + 1; at <= place; ++at) {
    const Fact& fact = model_.at(at);
    require(!is_due(fact, at), user_, "was not told", frame_type_of(fact.type), "of", at, "in", fact.conversation);
  }
  told_ = std::max(told_, place);
}

bool PushChecker::concerns(const Fact& fact, Place place) const {
  if (!model_.state(fact.conversation, place).has(user_)) return model_.state(fact.conversation, place - 1).has(user_);
  const bool is_of_message = is_end(fact) || is_reaction(fact) || fact.type == EventType::message_edited;
  return !is_of_message || fact.ordinal > model_.state(fact.conversation, place).hidden_through(user_);
}

bool PushChecker::is_due(const Fact& fact, Place place) const {
  if (frame_type_of(fact.type).empty() || !concerns(fact, place)) return false;
  if (!is_catching_up_) return !is_receipt(fact) || fact.ordinal > 0;
  if (is_receipt(fact) || is_reaction(fact)) return false;
  return model_.is_member_throughout(fact.conversation, user_, place);
}

}  // namespace hansard::sim

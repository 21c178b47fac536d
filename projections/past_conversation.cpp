#include "projections/chat_past.h"
#include "projections/keys.h"
#include "projections/row_steps.h"

namespace hansard::projections {

RowCursor& ChatPast::cursor() const {
  if (!cursor_) cursor_ = rows_->cursor();
  return *cursor_;
}

// A conversation in which nothing happened since needs no second look. The stream row of the last message knows its
// ordinal; where there was none yet, `last_message` is the creation, whose row has ordinal 0.
std::optional<ChatPast::Then> ChatPast::find_then(const ConversationId& id) const {
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!row || row->created > at_) return std::nullopt;
  if (row->head <= at_) return Then{id, *row, row->version, row->last_ordinal, row->last_message, row->member_count};
  base::StreamId stream = base::stream_of(id);
  RowCursor& at = cursor();
  at.seek_back(stream_key(stream, at_));
  if (!at.at("S" + std::string(id.view()))) rows_->damaged(stream_key(stream, at_));
  auto event = decoded<StreamRow>(at);
  auto sent = this->row<StreamRow>(stream_key(stream, event.last_message));
  if (!sent) rows_->damaged(stream_key(stream, event.last_message));
  return Then{id, *row, event.version, sent->ordinal, event.last_message, event.member_count};
}

std::optional<ChatPast::Then> ChatPast::then(const ConversationId& id) const {
  if (!asked_ || asked_->first != id) asked_.emplace(id, find_then(id));
  return asked_->second;
}

void ChatPast::show_about(ConversationView& view, const ConversationRow& row) const {
  if (auto about = this->row<AboutRow>(about_key(view.id))) {
    view.title = std::move(about->title);
    view.metadata = std::move(about->metadata);
    view.external_id = std::move(about->external_id);
    view.created_by = std::move(about->created_by);
  }
  view.settings = row.settings;
  view.settings_version = row.settings_version;
  if (row.about_since <= at_) return;
  Key until = past_about_key(view.id, at_.next());
  RowCursor& at = cursor();
  at.seek(until);
  if (!at.at("a" + std::string(view.id.view()))) rows_->damaged(until);
  auto past = decoded<PastAboutRow>(at);
  view.title = std::move(past.title);
  view.metadata = std::move(past.metadata);
  view.settings = past.settings;
  view.settings_version = past.settings_version;
}

std::optional<ConversationView> ChatPast::conversation(const ConversationId& id) const {
  auto then = this->then(id);
  if (!then) return std::nullopt;
  ConversationView view;
  view.id = id;
  view.type = then->row.type;
  view.created_at = then->row.created_at;
  view.version = then->version;
  view.closed = then->row.closed && then->row.closed <= at_;
  view.member_count = then->member_count;
  view.last_ordinal = then->last_ordinal;
  view.last_message_position = then->last_message;
  show_about(view, then->row);
  return view;
}

std::optional<PastPlaceRow> ChatPast::place(const ConversationId& id, const UserId& user) const {
  RowCursor& at = cursor();
  at.seek(past_place_key(id, user, at_));
  if (!at.at(past_places_prefix(id, user))) return std::nullopt;
  auto place = decoded<PastPlaceRow>(at);
  if (!place.member) return std::nullopt;
  return place;
}

std::optional<MemberView> ChatPast::member(const ConversationId& id, const UserId& user) const {
  auto place = this->place(id, user);
  if (!place) return std::nullopt;
  return MemberView{user, place->role, place->joined_at, place->joined_after};
}

// Each user's rows are newest first: the first at or before the position tells, the others are passed over. A page ends
// between users.
MembersPage ChatPast::members(const ConversationId& id, const UserId& after, std::size_t limit) const {
  MembersPage page;
  Key prefix = past_places_prefix(id);
  RowCursor& at = cursor();
  RowSteps steps;
  UserId user;
  bool is_told = false;
  std::size_t stepped = 0;
  for (at.seek(after.value.empty() ? prefix : Key(prefix).raw(after.value).raw("\x01")); at.at(prefix); ++stepped) {
    std::string_view whose = user_of_past_place_key(at.key());
    if (whose != user.value) {
      if (page.items.size() == limit || stepped >= kMembersSteppedMax) {
        page.next = std::move(user);
        break;
      }
      user.value = whose;
      is_told = false;
      steps.reset();
    }
    if (is_told) {
      steps.pass(at, [&] { return Key(prefix).raw(user.value).raw("\x01"); });
    } else if (position_of_past_place_key(at.key()) > at_) {
      steps.pass(at, [&] { return past_place_key(id, user, at_); });
    } else {
      auto place = decoded<PastPlaceRow>(at);
      if (place.member) page.items.push_back({user, place.role, place.joined_at, place.joined_after});
      is_told = true;
      at.next();
    }
  }
  return page;
}

ReaderView ChatPast::pointers(const ConversationId& id, const UserId& user, Position then) const {
  RowCursor& at = cursor();
  at.seek(past_reader_key(id, user, then));
  if (!at.at(past_readers_prefix(id, user))) return {};
  return decoded<PastReaderRow>(at).reader;
}

ReaderView ChatPast::reader(const ConversationId& id, const UserId& user) const {
  return place(id, user) ? pointers(id, user, at_) : ReaderView{};
}

std::vector<ConversationId> ChatPast::conversations(const UserId& user) const {
  std::vector<ConversationId> ever;
  Key prefix = readers_prefix(user);
  RowCursor& at = cursor();
  for (at.seek(prefix); at.at(prefix); at.next()) ever.push_back(conversation_of_reader_key(at.key()));
  std::erase_if(ever, [&](const ConversationId& id) { return !place(id, user); });
  return ever;
}

namespace {
// One of a user's two pointers: where it stands, and the event that moved it there.
struct Pointer {
  Ordinal up_to;
  Position moved;
  std::optional<Timestamp> at;
};
Pointer read_of(const ReaderView& reader) { return {reader.read_up_to, reader.read_position, reader.read_at}; }
Pointer delivered_of(const ReaderView& reader) {
  return {reader.delivered_up_to, reader.delivered_position, reader.delivered_at};
}

// Pointers only rise. Invariant: at `low` it was not yet there, at `high` it was.
template <class PointerAt>
std::optional<Moment> first_at(Ordinal ordinal, Position last, const PointerAt& pointer_at) {
  if (pointer_at(last).up_to < ordinal) return std::nullopt;
  Position low{}, high = last;
  while (low.next() < high) {
    Position middle{low.value + (high.value - low.value) / 2};
    (pointer_at(middle).up_to < ordinal ? low : high) = middle;
  }
  Pointer first = pointer_at(high);
  if (first.moved != high || !first.at) return std::nullopt;
  return Moment{high, *first.at};
}
}  // namespace

FirstReach ChatPast::first_reach(const ConversationId& id, const UserId& user, Ordinal ordinal) const {
  auto delivered = [&](Position at) { return delivered_of(pointers(id, user, at)); };
  auto read = [&](Position at) { return read_of(pointers(id, user, at)); };
  return {first_at(ordinal, at_, delivered), first_at(ordinal, at_, read)};
}

}  // namespace hansard::projections

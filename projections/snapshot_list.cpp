#include <algorithm>
#include <tuple>

#include "projections/chat_snapshot.h"
#include "projections/keys.h"

namespace hansard::projections {

// A conversation that moved after `as_of` keeps the place it had then: the stream row at or before `as_of` knows it.
Position ChatSnapshot::place_as_of(const ConversationId& id, const ConversationRow& row, Position as_of) const {
  if (row.last_message <= as_of) return row.last_message;
  RowCursor& at = cursor();
  at.seek_back(stream_key(base::stream_of(id), as_of));
  if (!at.at("S" + std::string(id.view()))) return {};  // created later
  return decoded<StreamRow>(at).last_message;
}

bool ChatSnapshot::passes(const ConversationId& id, const ConversationRow& row, const ReaderRow& reader,
                          const ListFilter& filter) const {
  if (filter.archived && *filter.archived != reader.reader.archived) return false;
  if (filter.type && *filter.type != row.type) return false;
  if (!filter.external_id) return true;
  auto about = this->row<AboutRow>(about_key(id));
  return about && about->external_id == *filter.external_id;
}

std::vector<ChatSnapshot::Placed> ChatSnapshot::placed(const UserId& user, const ListFilter& filter,
                                                       Position as_of) const {
  std::vector<Placed> all;
  for (auto& [id, reader] : reader_rows(user)) {
    if (!reader.member) continue;
    auto row = this->row<ConversationRow>(conversation_key(id));
    if (!row || !passes(id, *row, reader, filter)) continue;
    Position place = place_as_of(id, *row, as_of);
    if (place) all.push_back({id, place, *row, std::move(reader)});
  }
  return all;
}

ListEntry ChatSnapshot::entry(const UserId& user, const Placed& placed) const {
  ListEntry entry;
  entry.conversation = show(placed.id, placed.row);
  entry.role = placed.reader.role;
  entry.reader = placed.reader.reader;
  entry.unread = count_unread(placed.id, user, placed.row, placed.reader);
  if (placed.row.last_ordinal > domain::hidden_through(placed.row.settings, placed.reader.joined_after))
    entry.last_message = message_at(placed.id, placed.row.last_ordinal, user);
  return entry;
}

std::optional<ListEntry> ChatSnapshot::list_entry(const ConversationId& id, const UserId& user) const {
  auto reader = present_reader(id, user);
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!reader || !row) return std::nullopt;
  return entry(user, {id, row->last_message, *row, *reader});
}

ListPage ChatSnapshot::conversations(const UserId& user, const ListFilter& filter, std::optional<ListCursor> cursor,
                                     std::size_t limit) const {
  Position as_of = cursor ? cursor->as_of : position();
  std::vector<Placed> all = placed(user, filter, as_of);
  // Newest first; a position belongs to one conversation, so the id only serves a cursor of another making.
  auto newer = [](const auto& a, const auto& b) { return std::tie(a.place, a.id) > std::tie(b.place, b.id); };
  if (cursor) {
    std::erase_if(all, [&](const Placed& p) {
      return std::tie(p.place, p.id) >= std::tie(cursor->last_message_position, cursor->id);
    });
  }
  ListPage page;
  std::size_t shown = std::min(limit, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(), newer);
  for (std::size_t i = 0; i < shown; ++i) page.items.push_back(entry(user, all[i]));
  if (shown < all.size() && shown > 0) page.next = ListCursor{as_of, all[shown - 1].place, all[shown - 1].id};
  return page;
}

}  // namespace hansard::projections

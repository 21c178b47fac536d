#include <algorithm>
#include <utility>

#include "projections/chat_snapshot.h"
#include "projections/keys.h"

namespace hansard::projections {

namespace {
// Versions of one message passed over one by one before seeking past the rest.
constexpr int kVersionsStepped = 8;

void skip_version(RowCursor& at, const Key& next_message, int& stepped) {
  if (++stepped <= kVersionsStepped) return at.next();
  stepped = 0;
  at.seek(next_message);
}
}  // namespace

void ChatSnapshot::read_message(const ConversationId& id, std::string_view key, std::string_view bytes,
                                MessageView& message) const {
  if (!decode_message(bytes, message)) rows_->damaged(key);
  message.facts.conversation = id;
  message.facts.ordinal = parse_message_key(key).ordinal;
}

// One lookup a message that has reactions, and only for a viewer.
void ChatSnapshot::show_standing(MessageView& message, const StandingRow& standing, const Viewer& viewer) const {
  message.thread_count = static_cast<std::uint32_t>(standing.replies);
  if (standing.reactions.empty()) return;
  std::optional<EmojisRow> own;
  if (viewer) own = this->row<EmojisRow>(reactions_key(message.facts.message, *viewer));
  for (const domain::EmojiCount& reaction : standing.reactions) {
    bool me = own && std::ranges::find(own->emojis, reaction.emoji) != own->emojis.end();
    message.reactions.push_back({reaction.emoji, reaction.count, me});
  }
}

// Ordinals are dense and stored newest first, so a page is one forward scan whichever way it is shown.
std::vector<MessageView> ChatSnapshot::message_range(const ConversationId& id, Ordinal newest, Ordinal above,
                                                     const Viewer& viewer) const {
  std::vector<MessageView> messages;
  if (newest <= above) return messages;
  messages.reserve(newest.value - above.value);
  std::string prefix = "M" + std::string(id.view());
  RowCursor& at = cursor();
  std::optional<StandingRow> standing;
  int older_versions = 0;
  Ordinal wanted = newest;
  at.seek(standing_key(id, newest));
  while (wanted > above && at.at(prefix)) {
    MessageKeyParts parts = parse_message_key(at.key());
    if (parts.ordinal > wanted) {
      skip_version(at, standing_key(id, wanted), older_versions);
      continue;
    }
    older_versions = 0;
    if (parts.is_standing) {
      standing = decoded<StandingRow>(at);
    } else {
      read_message(id, at.key(), at.value(), messages.emplace_back());
      if (standing) show_standing(messages.back(), *std::exchange(standing, std::nullopt), viewer);
      --wanted.value;
    }
    at.next();
  }
  return messages;
}

// By its keys: a walk searches in every file, where the filters of the files tell a key which of them to look into.
std::optional<MessageView> ChatSnapshot::message_at(const ConversationId& id, Ordinal ordinal,
                                                    const Viewer& viewer) const {
  const Key key = newest_key(id, ordinal);
  std::string scratch;
  const auto bytes = rows_->get(key, scratch);
  if (!bytes) return std::nullopt;
  MessageView message;
  read_message(id, key, *bytes, message);
  if (const auto standing = row<StandingRow>(standing_key(id, ordinal))) show_standing(message, *standing, viewer);
  return message;
}

std::optional<MessageView> ChatSnapshot::message(const MessageId& id, const Viewer& viewer) const {
  auto row = this->row<MessageIdRow>(message_id_key(id));
  if (!row) return std::nullopt;
  return message_at(row->conversation, row->ordinal, viewer);
}

HistoryPage ChatSnapshot::history(const ConversationId& id, const HistoryQuery& query, Ordinal floor) const {
  if (query.thread) return thread_history(id, query, floor);
  auto row = this->row<ConversationRow>(conversation_key(id));
  if (!row) return {};
  HistoryPage page;
  std::uint64_t last = row->last_ordinal.value;
  if (query.direction == Direction::before) {
    std::uint64_t newest = query.from ? std::min(query.from.value - 1, last) : last;
    std::uint64_t above = std::max(floor.value, newest > query.limit ? newest - query.limit : 0);
    page.items = message_range(id, {newest}, {above}, query.viewer);
    page.more = newest > above && above > floor.value;
  } else {
    std::uint64_t above = std::max(query.from.value, floor.value);
    std::uint64_t newest = last > above && last - above > query.limit ? above + query.limit : last;
    page.items = message_range(id, {newest}, {above}, query.viewer);
    std::reverse(page.items.begin(), page.items.end());
    page.more = newest < last;
  }
  return page;
}

std::vector<Ordinal> ChatSnapshot::replies(const ConversationId& id, const HistoryQuery& query, Ordinal parent,
                                           Ordinal floor) const {
  bool before = query.direction == Direction::before;
  std::vector<Ordinal> ordinals;
  std::string prefix(thread_key(id, parent, {}).view().substr(0, 25));
  RowCursor& at = cursor();
  if (before) {
    at.seek_back(thread_key(id, parent, {query.from ? query.from.value - 1 : UINT64_MAX}));
  } else {
    at.seek(thread_key(id, parent, std::max(query.from, floor).next()));
  }
  for (; ordinals.size() <= query.limit && at.at(prefix); before ? at.prev() : at.next()) {
    Ordinal reply = reply_of_thread_key(at.key());
    if (reply <= floor) break;
    ordinals.push_back(reply);
  }
  return ordinals;
}

HistoryPage ChatSnapshot::thread_history(const ConversationId& id, const HistoryQuery& query, Ordinal floor) const {
  HistoryPage page;
  auto parent = this->row<MessageIdRow>(message_id_key(*query.thread));
  if (!parent || parent->conversation != id) return page;
  std::vector<Ordinal> ordinals = replies(id, query, parent->ordinal, floor);
  page.more = ordinals.size() > query.limit;
  if (page.more) ordinals.pop_back();
  for (Ordinal ordinal : ordinals) {
    if (auto message = message_at(id, ordinal, query.viewer)) page.items.push_back(*std::move(message));
  }
  return page;
}

std::vector<MessageView> ChatSnapshot::versions(const ConversationId& id, Ordinal ordinal, Version after,
                                                std::size_t limit) const {
  std::vector<MessageView> versions;
  std::string first(message_key(id, ordinal, {}).view().substr(0, 25));
  RowCursor& at = cursor();
  for (at.seek_back(message_key(id, ordinal, after)); versions.size() < limit && at.at(first); at.prev()) {
    if (parse_message_key(at.key()).is_standing) break;
    read_message(id, at.key(), at.value(), versions.emplace_back());
    if (versions.back().version <= after) versions.pop_back();
  }
  return versions;
}

}  // namespace hansard::projections

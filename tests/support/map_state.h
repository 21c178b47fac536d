// The state behind decide and evolve as plain maps: the model the write index is held against, and the state of tests
// that need no database.
//
// Thread: one at a time. Owns: everything it holds. Limits: none, it is for tests.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "engine/domain/decide.h"

namespace hansard::support {

class MapState : public domain::StateWriter {
 public:
  using ConversationId = domain::ConversationId;
  using MessageId = domain::MessageId;
  using UserId = domain::UserId;
  using Position = domain::Position;
  using UserKey = std::pair<ConversationId, UserId>;

  // evolve, and keeps the event's content where message_content and conversation_content find it.
  void apply(const domain::RecordedEvent& event) {
    domain::evolve(*this, event);
    if (!event.body) return;
    if (const auto* sent = std::get_if<domain::MessageSent>(&*event.body)) keep(event.position, sent->content);
    if (const auto* edited = std::get_if<domain::MessageEdited>(&*event.body)) keep(event.position, edited->content);
    if (const auto* created = std::get_if<domain::ConversationCreated>(&*event.body)) {
      keep(event.position, created->content);
    }
    if (const auto* updated = std::get_if<domain::ConversationUpdated>(&*event.body)) {
      keep(event.position, updated->content);
    }
    if (const auto* waiting = std::get_if<domain::SendScheduled>(&*event.body)) keep(event.position, waiting->content);
    if (const auto* profile = std::get_if<domain::ProfileUpdated>(&*event.body)) {
      if (profile->content) profile_contents[event.position] = *profile->content;
    }
    if (const auto* file = std::get_if<domain::FileUploaded>(&*event.body)) {
      if (file->content) file_contents[event.position] = *file->content;
    }
  }

  // What an erasure does to the record at `at`.
  void erase_content(Position at) {
    message_contents.erase(at);
    conversation_contents.erase(at);
    profile_contents.erase(at);
    file_contents.erase(at);
  }

  std::optional<domain::ConversationState> conversation(const ConversationId& id) const override {
    return find(conversations, id);
  }
  std::optional<domain::MemberState> member(const ConversationId& id, const UserId& user) const override {
    return find(members, UserKey(id, user));
  }
  std::optional<domain::MessageState> message(const MessageId& id) const override { return find(messages, id); }
  domain::ReaderState reader(const ConversationId& id, const UserId& user) const override {
    return find(readers, UserKey(id, user)).value_or(domain::ReaderState{});
  }
  std::vector<domain::EmojiCount> reactions(const MessageId& id) const override {
    return find(emoji_counts, id).value_or(std::vector<domain::EmojiCount>{});
  }
  std::vector<std::string> reactions_by(const MessageId& id, const UserId& user) const override {
    return find(emojis, std::pair(id, user)).value_or(std::vector<std::string>{});
  }
  bool blocks(const UserId& user, const UserId& other) const override { return blocked.contains({user, other}); }
  std::optional<domain::FileState> file(const domain::FileId& id) const override { return find(files, id); }
  std::optional<domain::ScheduledState> scheduled(const MessageId& id) const override { return find(schedules, id); }
  domain::UserState user(const UserId& id) const override { return find(users, id).value_or(domain::UserState{}); }
  std::vector<UserId> reactors(const MessageId& id) const override {
    std::vector<UserId> all;
    for (auto at = emojis.lower_bound({id, UserId{}}); at != emojis.end() && at->first.first == id; ++at) {
      all.push_back(at->first.second);
    }
    return all;
  }
  std::optional<domain::ErasureState> erasure(const domain::ErasureId& id) const override { return find(erasures, id); }
  std::optional<domain::HoldState> hold(const domain::HoldId& id) const override { return find(holds, id); }
  std::vector<domain::HoldId> holds_on(const domain::HoldScope& scope) const override {
    return find(standing_holds, scope).value_or(std::vector<domain::HoldId>{});
  }
  bool has_conflict(const domain::HoldId& id, const domain::HoldWanted& wanted) const override {
    return conflicts.contains({id, wanted});
  }
  domain::Version stream_version(const base::StreamId& stream) const override {
    return find(streams, stream).value_or(domain::Version{});
  }
  std::optional<domain::MessageContent> message_content(Position at) const override {
    return find(message_contents, at);
  }
  std::optional<domain::ConversationContent> conversation_content(Position at) const override {
    return find(conversation_contents, at);
  }

  std::optional<domain::ProfileContent> profile_content(Position at) const override {
    return find(profile_contents, at);
  }
  std::optional<domain::FileContent> file_content(Position at) const override { return find(file_contents, at); }

  void put_conversation(const ConversationId& id, domain::ConversationState state) override {
    conversations[id] = std::move(state);
  }
  void put_member(const ConversationId& id, const UserId& user, std::optional<domain::MemberState> state) override {
    if (state) {
      members[UserKey(id, user)] = *state;
    } else {
      members.erase(UserKey(id, user));
    }
  }
  void put_message(const MessageId& id, domain::MessageState state) override { messages[id] = std::move(state); }
  void put_reader(const ConversationId& id, const UserId& user, domain::ReaderState state) override {
    readers[UserKey(id, user)] = state;
  }
  void put_reactions(const MessageId& id, std::vector<domain::EmojiCount> counts) override {
    put_list(emoji_counts, id, std::move(counts));
  }
  void put_reactions_by(const MessageId& id, const UserId& user, std::vector<std::string> own) override {
    put_list(emojis, std::pair(id, user), std::move(own));
  }
  void put_block(const UserId& user, const UserId& other, bool blocks) override {
    blocks ? void(blocked.insert({user, other})) : void(blocked.erase({user, other}));
  }
  void put_file(const domain::FileId& id, domain::FileState state) override { files[id] = std::move(state); }
  void put_scheduled(const MessageId& id, std::optional<domain::ScheduledState> state) override {
    state ? void(schedules[id] = *std::move(state)) : void(schedules.erase(id));
  }
  void put_user(const UserId& id, domain::UserState state) override { users[id] = state; }
  void put_erasure(const domain::ErasureId& id, domain::ErasureState state) override {
    erasures[id] = std::move(state);
  }
  void put_hold(const domain::HoldId& id, domain::HoldState state) override { holds[id] = std::move(state); }
  void put_holds_on(const domain::HoldScope& scope, std::vector<domain::HoldId> standing) override {
    put_list(standing_holds, scope, std::move(standing));
  }
  void put_conflict(const domain::HoldId& id, const domain::HoldWanted& wanted) override {
    conflicts.insert({id, wanted});
  }
  void put_stream_version(const base::StreamId& stream, domain::Version version) override { streams[stream] = version; }

  bool operator==(const MapState& other) const {
    return conversations == other.conversations && members == other.members && messages == other.messages &&
           readers == other.readers && streams == other.streams && emoji_counts == other.emoji_counts &&
           emojis == other.emojis && blocked == other.blocked && files == other.files && schedules == other.schedules &&
           users == other.users && erasures == other.erasures && holds == other.holds &&
           standing_holds == other.standing_holds && conflicts == other.conflicts;
  }

  std::map<ConversationId, domain::ConversationState> conversations;
  std::map<UserKey, domain::MemberState> members;
  std::map<MessageId, domain::MessageState> messages;
  std::map<UserKey, domain::ReaderState> readers;
  std::map<base::StreamId, domain::Version> streams;
  std::map<MessageId, std::vector<domain::EmojiCount>> emoji_counts;
  std::map<std::pair<MessageId, UserId>, std::vector<std::string>> emojis;
  std::set<std::pair<UserId, UserId>> blocked;
  std::map<domain::FileId, domain::FileState> files;
  std::map<MessageId, domain::ScheduledState> schedules;
  std::map<UserId, domain::UserState> users;
  std::map<domain::ErasureId, domain::ErasureState> erasures;
  std::map<domain::HoldId, domain::HoldState> holds;
  std::map<domain::HoldScope, std::vector<domain::HoldId>> standing_holds;
  std::set<std::pair<domain::HoldId, domain::HoldWanted>> conflicts;
  std::map<Position, domain::MessageContent> message_contents;
  std::map<Position, domain::ConversationContent> conversation_contents;
  std::map<Position, domain::ProfileContent> profile_contents;
  std::map<Position, domain::FileContent> file_contents;

 private:
  template <class Map>
  static std::optional<typename Map::mapped_type> find(const Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
  }

  template <class Map>
  static void put_list(Map& map, const typename Map::key_type& key, typename Map::mapped_type list) {
    list.empty() ? void(map.erase(key)) : void(map[key] = std::move(list));
  }

  void keep(Position at, const std::optional<domain::MessageContent>& content) {
    if (content) message_contents[at] = *content;
  }
  void keep(Position at, const std::optional<domain::ConversationContent>& content) {
    if (content) conversation_contents[at] = *content;
  }
};

}  // namespace hansard::support

// Builds a log the views may fold: dense positions, versions and ordinals, as the sequencer would assign them. Times
// are a second apart.
//
// Thread: one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace hansard::projections {

base::ConversationId conversation_id(std::uint64_t number);
base::MessageId message_id(std::uint64_t number);
base::FileId file_id(std::uint64_t number);
// When the event at a position happens.
base::Timestamp time_of(base::Position position);

class LogBuilder {
 public:
  struct SendOptions {
    domain::MessageType type = domain::MessageType::text;
    std::string text = "hello";
    std::vector<domain::Mention> mentions;
    std::optional<domain::MessageFacts> reply_to;
    bool erased = false;
    std::vector<base::FileId> files = {};
    std::optional<domain::ForwardedFrom> forwarded_from = std::nullopt;
  };

  const std::vector<engine::EventPtr>& events() const { return events_; }
  base::Position end() const { return {events_.size()}; }

  base::ConversationId create(const std::vector<std::string>& members, domain::Settings settings = {},
                              const std::string& external_id = "",
                              domain::ConversationType type = domain::ConversationType::group);
  void update(const base::ConversationId& id, const std::string& title, domain::Settings settings = {});
  void close(const base::ConversationId& id);
  void join(const base::ConversationId& id, const std::vector<std::string>& users);
  void leave(const base::ConversationId& id, const std::string& user);
  void change_role(const base::ConversationId& id, const std::string& user, domain::Role role);

  domain::MessageFacts send(const base::ConversationId& id, const std::string& author, SendOptions options);
  domain::MessageFacts send(const base::ConversationId& id, const std::string& author,
                            const std::string& text = "hello");
  void edit(const domain::MessageFacts& facts, const std::string& text, std::vector<domain::Mention> mentions = {});
  void remove(const domain::MessageFacts& facts);
  void expire(const domain::MessageFacts& facts);
  void erase(const domain::MessageFacts& facts);
  // As a message.edited whose content was erased, and the event that erased the message.
  void erase_edit(const domain::MessageFacts& facts);
  // No emoji: its content was erased.
  void react(const domain::MessageFacts& facts, const std::string& user, std::optional<std::string> emoji,
             bool add = true);

  domain::MessageFacts schedule(const base::ConversationId& id, const std::string& author, base::Timestamp send_at,
                                bool erased = false, const std::vector<base::FileId>& files = {});
  void cancel(const domain::MessageFacts& draft, const std::string& reason = "");
  domain::MessageFacts send_scheduled(const domain::MessageFacts& draft);
  base::FileId upload(const std::string& owner, const base::Digest& sha256, bool erased = false);
  void collect(const std::string& owner, const base::FileId& file);

  void read(const base::ConversationId& id, const std::string& user, std::uint64_t up_to);
  void deliver(const base::ConversationId& id, const std::string& user, std::uint64_t up_to);
  void mark(const base::ConversationId& id, const std::string& user, std::uint64_t from);
  void flag(const base::ConversationId& id, const std::string& user, bool archived, bool muted = false,
            bool pinned = false);
  // An event of a type this build does not know, in the conversation's stream.
  void unknown(const base::ConversationId& id);
  // As given, whatever it says: for events that cannot be applied.
  void append(domain::EventBody body, const std::string& actor);
  // The last event, changed.
  void amend(const std::function<void(domain::RecordedEvent&)>& change);

 private:
  void append(domain::RecordedEvent event);

  std::vector<engine::EventPtr> events_;
  std::map<base::StreamId, std::uint64_t> versions_;
  std::map<base::ConversationId, std::uint64_t> ordinals_;
  std::uint64_t messages_ = 0;
  std::uint64_t files_ = 0;
};

domain::Mention mention_of(const std::string& user, bool counts = true);

}  // namespace hansard::projections

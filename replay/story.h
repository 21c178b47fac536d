// Events in words: who did what to which message, with what was there before. Reads the log in order from the first
// event on, because «old → new» needs the old; remembers of it the texts of the messages in question, titles, settings,
// roles, pointers and profiles, and nothing of anybody else.
//
// Thread: main. Other people's text is quoted (quoting.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/domain/events.h"

namespace hansard::replay {

// One of the two.
struct Subject {
  std::optional<base::ConversationId> conversation;  // everything in it
  std::optional<base::UserId> user;                  // what he did, and what was done to him
};

class Story {
 public:
  explicit Story(Subject subject) : subject_(std::move(subject)) {}
  // The next event of the log, as a sentence; nothing where it does not concern the subject or changed nothing to
  // speak of.
  std::optional<std::string> tell(const domain::RecordedEvent& event);

 private:
  struct Message {
    base::Ordinal ordinal;
    base::UserId author;
    std::optional<std::string> text;  // nothing: erased
  };
  struct Place {  // a user in a conversation
    std::optional<domain::Role> role;
    base::Ordinal read_up_to;
  };
  using PlaceKey = std::pair<base::ConversationId, base::UserId>;
  struct Conversation {
    std::string title;
    std::string metadata;
    domain::Settings settings;
  };

  template <class Body>
  bool concerns(const domain::RecordedEvent& event, const Body& body) const;
  // Takes what the subject's later events will be told against.
  bool keeps(const domain::MessageFacts& facts) const;
  std::string in(const base::ConversationId& conversation) const;  // "" where there is only one
  std::string message(const domain::MessageFacts& facts) const;
  std::string known(const base::MessageId& id, base::Ordinal ordinal) const;
  std::string text_before(const domain::MessageFacts& facts) const;

  std::string words(const domain::RecordedEvent& event, const domain::ConversationCreated& body);
  std::string words(const domain::RecordedEvent& event, const domain::ConversationUpdated& body);
  std::string words(const domain::RecordedEvent& event, const domain::ConversationClosed& body);
  std::string words(const domain::RecordedEvent& event, const domain::MemberAdded& body);
  std::string words(const domain::RecordedEvent& event, const domain::MemberRemoved& body);
  std::string words(const domain::RecordedEvent& event, const domain::MemberRoleChanged& body);
  std::string words(const domain::RecordedEvent& event, const domain::MessageSent& body);
  std::string words(const domain::RecordedEvent& event, const domain::MessageEdited& body);
  std::string words(const domain::RecordedEvent& event, const domain::MessageDeleted& body);
  std::string words(const domain::RecordedEvent& event, const domain::MessageExpired& body);
  std::string words(const domain::RecordedEvent& event, const domain::MessageErased& body);
  std::string words(const domain::RecordedEvent& event, const domain::ReactionAdded& body);
  std::string words(const domain::RecordedEvent& event, const domain::ReactionRemoved& body);
  std::string words(const domain::RecordedEvent& event, const domain::ReadAdvanced& body);
  std::string words(const domain::RecordedEvent& event, const domain::DeliveredAdvanced& body);
  std::string words(const domain::RecordedEvent& event, const domain::UnreadMarked& body);
  std::string words(const domain::RecordedEvent& event, const domain::ConversationFlagged& body);
  std::string words(const domain::RecordedEvent& event, const domain::ProfileUpdated& body);
  std::string words(const domain::RecordedEvent& event, const domain::UserBlocked& body);
  std::string words(const domain::RecordedEvent& event, const domain::UserUnblocked& body);
  std::string words(const domain::RecordedEvent& event, const domain::NotificationDue& body);
  std::string words(const domain::RecordedEvent& event, const domain::SendScheduled& body);
  std::string words(const domain::RecordedEvent& event, const domain::ScheduleCancelled& body);
  std::string words(const domain::RecordedEvent& event, const domain::FileUploaded& body);
  template <class Other>
  std::string words(const domain::RecordedEvent& event, const Other& body);

  const Subject subject_;
  std::map<base::MessageId, Message> messages_;
  std::map<PlaceKey, Place> places_;
  std::map<base::ConversationId, Conversation> conversations_;
  std::map<base::UserId, std::string> names_;  // of profiles
};

}  // namespace hansard::replay

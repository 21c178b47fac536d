// Verbs for domain facts: given what happened, when somebody asks, then events or a rejection. A World stamps events
// as the sequencer does and holds their state in maps; its clock stands still until told.
//
// Thread: the test's own.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "engine/domain/decide.h"
#include "tests/support/map_state.h"

namespace hansard::domain {

inline std::ostream& operator<<(std::ostream& out, RejectionCode code) {
  return out << "rejection " << static_cast<int>(code);
}

namespace testing {

UserId user(const std::string& name);
ConversationId conversation_id(std::uint8_t number);  // version 7
MessageId message_id(std::uint8_t number);

Caller as(const std::string& name);
Caller service_as(const std::string& name);
Caller admin_as(const std::string& name);
// The server itself, about somebody: timers and presence.
Caller server_about(const std::string& name);

// Commands with the parts a fact is about.
CreateConversation group(std::uint8_t number, const std::vector<std::string>& members);
CreateConversation direct(const std::vector<std::string>& members);
SendMessage text(std::uint8_t message, const std::string& content, std::uint8_t conversation = 1);
EditMessage edit(std::uint8_t message, const std::string& content);
DeleteMessage erase_for_all(std::uint8_t message);
AddMembers add(const std::vector<MemberEntry>& members, std::uint8_t conversation = 1);
RemoveMember remove(const std::string& name, std::uint8_t conversation = 1);
ChangeRole make(const std::string& name, Role role, std::uint8_t conversation = 1);
Read read_to(std::uint64_t ordinal, std::uint8_t conversation = 1);
Read read_message(std::uint8_t message);
Delivered delivered_to(std::uint64_t ordinal, std::uint8_t conversation = 1);
MarkUnread unread_from(std::uint64_t ordinal, std::uint8_t conversation = 1);
UpdateConversation titled(const std::string& title, std::uint8_t conversation = 1);
UpdateConversation with_settings(const SettingsPatch& patch, std::uint8_t conversation = 1);
CloseConversation close(std::uint8_t conversation = 1);
React react(std::uint8_t message, const std::string& emoji);
React unreact(std::uint8_t message, const std::string& emoji);
ForwardMessage forward(std::uint8_t message, const ConversationId& to, std::uint8_t id);
BlockUser block(const std::string& name);
BlockUser unblock(const std::string& name);
PutProfile profile(const std::string& name, const std::string& display_name);
FileId file_id(std::uint8_t number);

class World {
 public:
  // decide only: nothing happens.
  Decision ask(const Caller& caller, const Command& command) const;
  // decide, then every event happens.
  Decision perform(const Caller& caller, const Command& command);
  // Must be accepted; gives what happened.
  Accepted given(const Caller& caller, const Command& command);
  // An event happens whatever the rules say.
  RecordedEvent happened(const EventBody& body, const UserId& actor);
  // An event of a type this build does not know.
  RecordedEvent happened_unknown(const base::StreamId& stream);
  void pass_ms(std::int64_t ms) { now.ms += ms; }

  support::MapState state;
  std::vector<RecordedEvent> log;
  Timestamp now{1'700'000'000'000};
  Rules rules;

 private:
  RecordedEvent record(RecordedEvent event);
};

ConversationId direct_of(const std::string& a, const std::string& b);

// A group 1 of `anna` (owner), `ben` and `carl` (members), where nothing was said yet.
World group_of_three();

// The code of a rejection; fails the test on anything accepted.
RejectionCode code_of(const Decision& decision);
// Fails the test on a rejection.
const Accepted& accepted(const Decision& decision);
// The one event of an accepted decision, which must be of type Body.
template <class Body>
Body only_event(const Decision& decision) {
  const Accepted& yes = accepted(decision);
  if (yes.events.size() != 1) throw std::logic_error("not exactly one event");
  return std::get<Body>(yes.events.front());
}
bool changes_nothing(const Decision& decision);

}  // namespace testing
}  // namespace hansard::domain

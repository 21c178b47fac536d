// Objects and frames of API.md sections 2 and 5 as JSON text. Appending, no document in between: history and fan-out
// are made of these.
//
// Thread: any; a snapshot and what is appended to are the caller's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/presence.h"
#include "api/senders.h"
#include "engine/domain/events.h"
#include "engine/engine.h"
#include "projections/queries.h"

namespace hansard::api {

// `sender`: shown where one is given; answers and frames leave it out, reads do not.
void append_message(std::string& out, const projections::MessageView& message, std::uint32_t epoch,
                    const Sender* sender = nullptr);
void append_scheduled(std::string& out, const projections::ScheduledView& message, std::uint32_t epoch);
void append_profile(std::string& out, const base::UserId& user, const projections::ProfileView& profile);
// Without a role (Role{}) for a service that is no member: null.
void append_conversation(std::string& out, const projections::ListEntry& entry, std::uint32_t epoch,
                         Senders* senders = nullptr);
void append_member(std::string& out, const projections::MemberView& member);

// {id, sha256, size, media_type, name}; the last two null where they are erased.
void append_file(std::string& out, const domain::FileUploaded& file);

// A message as message.sent or message.edited made it (thread_count 0, no reactions).
projections::MessageView message_of(const domain::RecordedEvent& event);

// The server frame of an event for the members of its conversation; nothing for events that are not pushed as such
// (read_advanced, delivered_advanced, unread_marked and flags are rendered by the functions below). Encoded once and
// shared by every session.
std::optional<std::string> event_frame(const domain::RecordedEvent& event, std::uint32_t epoch);
// message.new / message.edited with the message as it is now, for a resuming session. Reactions are not part of it:
// they come as the frames that follow.
std::string message_frame(domain::EventType type, base::Position position, base::Version version,
                          const projections::MessageView& now, std::uint32_t epoch);
// message.read_receipt / message.delivered.
std::string receipt_frame(const domain::RecordedEvent& event, std::uint32_t epoch);
std::string receipt_frame(bool read, base::Position position, const base::ConversationId& conversation,
                          const base::UserId& user, base::Ordinal up_to, base::Timestamp at, std::uint32_t epoch);
std::string unread_changed_frame(base::Position position, const base::ConversationId& conversation,
                                 projections::UnreadCount count, const projections::ReaderView& reader,
                                 std::uint32_t epoch);

// Frames without a position, which are no events (render_live.cpp).
std::string typing_frame(const base::ConversationId& conversation, const base::UserId& user, bool is_typing);
std::string presence_frame(const PresenceChange& change);
std::string call_signal_frame(const base::ConversationId& conversation, const base::UserId& user,
                              std::string_view payload_json);
// {"user_id","status","last_seen"}
void append_presence(std::string& out, const base::UserId& user, PresenceStatus status,
                     std::optional<base::Timestamp> last_seen);

}  // namespace hansard::api

// The rows of the chat view and their bytes (row_bytes.h). Every row starts with a version byte, 1. What stands in a
// row's key is not repeated in its value.
//
// Invariant: decode(encode(row)) == row, and equal rows have equal bytes (the digest hashes bytes).
// Errors: decode answers false for bytes that encode did not write.
// Thread: any; plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/domain/events.h"
#include "engine/domain/state.h"
#include "projections/queries.h"

namespace hansard::projections {

// One per conversation, rewritten once per batch that touches the conversation, so it is small.
struct ConversationRow {
  domain::ConversationType type = domain::ConversationType::group;
  Position closed;  // of conversation.closed; 0: it is open
  domain::Settings settings;
  Timestamp created_at;
  Position created;
  Version version;
  Version settings_version;
  std::uint32_t member_count = 0;
  Ordinal last_ordinal;
  Position last_message;   // of its message.sent; `created` while there is none
  Position head;           // last event of the stream
  Position receipts;       // last read or delivered event of any member
  Ordinal departed_up_to;  // the highest ordinal that ever left the count; 0 for none
  Position about_since;    // of the event that last set title, metadata and settings
  // With a retention: the oldest live message (0 for none), and when its time is up.
  Ordinal oldest_expiring;
  Timestamp expires_at;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct AboutRow {
  UserId created_by;
  std::string external_id;
  std::string title;
  std::string metadata;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// What an edit or a delete must know about a message.
struct MessageIdRow {
  ConversationId conversation;
  Ordinal ordinal;
  Version version;  // of the last change
  domain::MessageStatus status = domain::MessageStatus::live;
  std::optional<Timestamp> edited_at;
  std::vector<UserId> mentioned;  // those for whom it counts now; ascending, each once
  std::vector<FileId> files;      // what it carries; ascending, each once
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct MemberRow {
  domain::Role role = domain::Role::member;
  Timestamp joined_at;
  Ordinal joined_after;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// Everything a user has in one conversation. It stays when he leaves: a pointer never falls.
struct ReaderRow {
  bool member = false;
  domain::Role role = domain::Role::member;
  Timestamp joined_at;
  Ordinal joined_after;
  Position changed;  // of the event that last changed membership; 0: was never a member
  ReaderView reader;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct OrdinalRow {
  Ordinal ordinal;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct StreamRow {
  Version version;
  domain::EventType type{};
  Ordinal ordinal;                 // of the message, for message events
  Position last_message;           // conversations: of the last message.sent at or before this event; 0 for none
  std::uint32_t member_count = 0;  // conversations: after this event
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

// One version of a message: what MessageView shows but conversation, ordinal (in the key), live replies and reactions
// (StandingRow). The newest version has a fixed key; an older one keeps its bytes under its own version. Written from
// an event's own parts, to copy no text.
struct MessageRowParts {
  const domain::MessageFacts& facts;
  const domain::MessageContent* content = nullptr;  // none: deleted, expired or erased
  Version version;
  Position position;
  std::optional<Timestamp> edited_at;
  std::optional<Timestamp> deleted_at;
  bool expired = false;
  bool erased = false;
};
void encode_message(const MessageRowParts& message, std::string& out);
bool decode_message(std::string_view bytes, MessageView& message);

struct MessageRow {
  MessageView view;
  bool decode(std::string_view bytes) { return decode_message(bytes, view); }
};

// Of a message row only where it stands in the log.
struct StampRow {
  Version version;
  Position position;
  bool decode(std::string_view bytes);
};

// Of a message row only when the message was sent.
struct SentRow {
  Timestamp sent_at;
  bool decode(std::string_view bytes);
};

}  // namespace hansard::projections

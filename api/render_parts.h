// The pieces that objects and frames share. Everything appends to one string: no document in between.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/senders.h"
#include "engine/base/ids.h"
#include "engine/domain/events.h"
#include "projections/queries.h"

namespace hansard::api {

// 36 characters, quoted.
void append_uuid(std::string& out, const std::array<std::uint8_t, 16>& bytes);
template <class Tag>
void append_id(std::string& out, const base::Uuid<Tag>& id) {
  append_uuid(out, id.bytes);
}

// null for an empty text.
void append_text_or_null(std::string& out, std::string_view text);
// Stored JSON as it is; null for an empty text.
void append_json_or_null(std::string& out, std::string_view json);
void append_time_or_null(std::string& out, std::optional<base::Timestamp> time);
void append_number_or_null(std::string& out, std::optional<base::Ordinal> number);
void append_quoted_position(std::string& out, std::uint32_t epoch, base::Position position);
void append_bool(std::string& out, bool value);

void append_settings(std::string& out, const domain::Settings& settings);

// A message as an event or a view has it. `content` null: deleted, expired or erased. Nothing is owned: what is
// pointed to outlives the parts.
struct MessageParts {
  const domain::MessageFacts& facts;
  base::Version version;
  base::Position position;
  const domain::MessageContent* content = nullptr;
  std::optional<base::Timestamp> edited_at;
  std::optional<base::Timestamp> deleted_at;
  bool erased = false;
  std::uint32_t thread_count = 0;
  bool expired = false;
  const std::vector<projections::ReactionView>* reactions = nullptr;  // null: none
  const Sender* sender = nullptr;                                     // null: not said
  bool has_counts = true;  // false: nothing is said of replies and reactions, which an edit leaves alone
};
MessageParts parts_of(const projections::MessageView& message);
// The event's body is message_sent, message_edited, message_deleted, message_expired or message_erased.
MessageParts parts_of(const domain::RecordedEvent& event);
void append_message_parts(std::string& out, const MessageParts& message, std::uint32_t epoch);
// What the server keeps of a message that waits for its time, up to "send_at": the object is left open.
void begin_scheduled(std::string& out, const domain::MessageFacts& draft, base::Timestamp send_at,
                     const domain::MessageContent* content);

}  // namespace hansard::api

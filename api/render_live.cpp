#include "api/json.h"
#include "api/render.h"
#include "api/render_parts.h"

namespace hansard::api {

using base::ConversationId;
using base::UserId;

// Frames without a position: they are no events, and nobody resumes to them.

std::string typing_frame(const ConversationId& conversation, const UserId& user, bool is_typing) {
  std::string out = "{\"type\":\"typing.indicator\",\"conversation_id\":";
  append_id(out, conversation);
  out += ",\"data\":{\"user_id\":";
  append_json_string(out, user.value);
  out += ",\"is_typing\":";
  append_bool(out, is_typing);
  out += "}}";
  return out;
}

void append_presence(std::string& out, const UserId& user, PresenceStatus status,
                     std::optional<base::Timestamp> last_seen) {
  out += "{\"user_id\":";
  append_json_string(out, user.value);
  out.append(",\"status\":\"").append(word_of(status)).append("\",\"last_seen\":");
  append_time_or_null(out, last_seen);
  out += '}';
}

std::string presence_frame(const PresenceChange& change) {
  std::string out = "{\"type\":\"presence.changed\",\"data\":";
  append_presence(out, change.user, change.status, change.last_seen);
  out += '}';
  return out;
}

std::string call_signal_frame(const ConversationId& conversation, const UserId& user, std::string_view payload_json) {
  std::string out = "{\"type\":\"call.signal\",\"conversation_id\":";
  append_id(out, conversation);
  out += ",\"data\":{\"user_id\":";
  append_json_string(out, user.value);
  out.append(",\"payload\":").append(payload_json).append("}}");
  return out;
}

}  // namespace hansard::api

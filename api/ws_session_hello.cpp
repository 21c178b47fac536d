#include "api/ws_session_hello.h"

#include <array>
#include <utility>

#include "api/json.h"
#include "api/position_text.h"

namespace hansard::api {

namespace {

void append_limits(std::string& out, const Limits& limits) {
  const std::array<std::pair<std::string_view, std::uint64_t>, 9> shown = {{
      {"content_code_points_max", limits.content_code_points_max},
      {"metadata_bytes_max", limits.metadata_bytes_max},
      {"frame_bytes_max", limits.frame_bytes_max},
      {"json_depth_max", limits.json_depth_max},
      {"outbox_frames_max", limits.outbox_frames_max},
      {"commands_in_flight_max", limits.commands_in_flight_max},
      {"ping_interval_s", limits.ping_interval_s},
      {"pong_timeout_s", limits.pong_timeout_s},
      {"typing_expiry_s", limits.typing_expiry_s},
  }};
  for (const auto& [name, value] : shown) {
    out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":");
    append_json_number(out, value);
  }
}

}  // namespace

std::string hello_frame(std::string_view session_id, const base::UserId& user, std::uint32_t epoch,
                        base::Position position, const Limits& limits) {
  std::string out = "{\"type\":\"hello\",\"data\":{\"session_id\":";
  append_json_string(out, session_id);
  out += ",\"user_id\":";
  append_json_string(out, user.value);
  out += ",\"position\":\"";
  append_position(out, epoch, position);
  out += "\",\"limits\":{";
  append_limits(out, limits);
  out += "}}}";
  return out;
}

std::string pong_frame(std::string_view id_json) {
  std::string out = "{\"type\":\"pong\"";
  if (!id_json.empty()) out.append(",\"re\":").append(id_json);
  return out + ",\"data\":{}}";
}

std::string gap_frame(std::uint32_t epoch) {
  auto oldest = position_text(epoch, {});
  return "{\"type\":\"gap\",\"data\":{\"oldest_position\":\"" + oldest + "\"}}";
}

std::string auth_data(const Identity& identity) {
  std::string out = "{\"user_id\":";
  append_json_string(out, identity.user.value);
  out += ",\"expires_at\":";
  append_json_time(out, identity.expires);
  return out + "}";
}

Problem too_many_sockets() {
  return {429, "too_many_sockets", "This user has as many sockets open as are allowed; close one.", 5, {}};
}

}  // namespace hansard::api

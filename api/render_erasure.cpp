#include "api/render_erasure.h"

#include <variant>

#include "api/json.h"
#include "api/render_parts.h"

namespace hansard::api {

using projections::ErasureView;
using projections::HoldView;

namespace {
struct AppendScope {
  std::string& out;

  void operator()(const base::MessageId& id) const {
    out += ",\"scope\":\"message\",\"message_id\":";
    append_id(out, id);
  }
  void operator()(const base::UserId& id) const {
    out += ",\"scope\":\"user\",\"user_id\":";
    append_json_string(out, id.value);
  }
  void operator()(const base::ConversationId& id) const {
    out += ",\"scope\":\"conversation\",\"conversation_id\":";
    append_id(out, id);
  }
};

void append_moment(std::string& out, std::string_view field, const std::optional<base::Timestamp>& at) {
  out.append(",\"").append(field).append("\":");
  append_time_or_null(out, at);
}

void append_reason(std::string& out, const std::optional<std::string>& reason) {
  out += ",\"reason\":";
  if (reason) {
    append_json_string(out, *reason);
  } else {
    out += "null";
  }
}

std::string_view state_of(const ErasureView& erasure) {
  if (erasure.completed_at) return "complete";
  return erasure.erased + erasure.held > 0 ? "erasing" : "requested";
}
}  // namespace

void begin_erasure(std::string& out, const ErasureView& erasure, const std::optional<std::string>& reason) {
  out += "{\"id\":";
  append_id(out, erasure.id);
  std::visit(AppendScope{out}, erasure.scope);
  out.append(",\"state\":\"").append(state_of(erasure)).append("\",\"messages\":");
  append_json_number(out, erasure.erased);
  out += ",\"records\":";
  append_json_number(out, erasure.records);
  out += ",\"held\":";
  append_json_number(out, erasure.held);
  append_reason(out, reason);
  out += ",\"requested_by\":";
  append_json_string(out, erasure.requested_by.value);
  append_moment(out, "requested_at", erasure.requested_at);
  append_moment(out, "completed_at", erasure.completed_at);
}

void append_erasure_progress(std::string& out, std::uint32_t epoch, const process::ErasureProgress& progress) {
  out += ",\"progress\":{\"step\":";
  append_json_string(out, progress.step);
  if (progress.of) {
    out += ",\"position\":";
    append_quoted_position(out, epoch, progress.position);
    out += ",\"of\":";
    append_quoted_position(out, epoch, progress.of);
  }
  if (!progress.waiting_for.empty()) {
    out += ",\"waiting_for\":";
    append_json_string(out, progress.waiting_for);
  }
  out += '}';
}

void begin_hold(std::string& out, const HoldView& hold, const std::optional<std::string>& reason) {
  out += "{\"id\":";
  append_id(out, hold.id);
  std::visit(AppendScope{out}, hold.scope);
  append_reason(out, reason);
  out += ",\"placed_by\":";
  append_json_string(out, hold.placed_by.value);
  append_moment(out, "placed_at", hold.placed_at);
  append_moment(out, "released_at", hold.released_at);
}

}  // namespace hansard::api

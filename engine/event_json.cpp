#include "engine/event_json.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <variant>

#include "engine/base/json.h"
#include "engine/event_json_bodies.h"

namespace hansard::engine {

namespace {
void append_command(JsonMembers& members, const base::ShortDigest& command) {
  static constexpr char kHex[] = "0123456789abcdef";
  members.name("command_id");
  const bool none = std::all_of(command.begin(), command.end(), [](auto byte) { return byte == 0; });
  if (none) {
    members.out += "null";
    return;
  }
  members.out += '"';
  for (const auto byte : command) {
    members.out += kHex[byte >> 4];
    members.out += kHex[byte & 15];
  }
  members.out += '"';
}

void append_envelope(JsonMembers& members, const domain::RecordedEvent& event, std::uint32_t epoch) {
  members.position("position", epoch, event.position);
  members.id("stream", event.stream);
  members.number("version", event.version.value);
  members.text("type", event_type_name(event));
  if (!event.body) members.number("type_number", event.raw_type);
  members.number("schema", event.schema);
  members.time("time", event.time);
  members.text_or_null("actor", event.actor.value);
  append_command(members, event.command);
}
}  // namespace

std::string_view event_type_name(const domain::RecordedEvent& event) {
  return event.body ? domain::type_name(domain::type_of(*event.body)) : "unknown";
}

void append_event_json(std::string& out, const domain::RecordedEvent& event, std::uint32_t epoch) {
  JsonMembers members{out};
  members.begin();
  append_envelope(members, event, epoch);
  members.name("facts");
  if (event.body) {
    append_body_json(members, *event.body, epoch);
  } else {
    out += "null";
  }
  members.end();
}

}  // namespace hansard::engine

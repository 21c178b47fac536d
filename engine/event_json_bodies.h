// The inner half of event_json: every event body as its facts and its content.
//
// Thread: any; plain functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/position_limit.h"
#include "engine/base/position_text.h"
#include "engine/domain/events.h"

namespace hansard::engine {

// Appends the members of an object one by one; commas are its business.
struct JsonMembers {
  std::string& out;

  void begin() { out += '{'; }
  void end() { out += '}'; }
  // Appends `"name":`; the value is the caller's.
  void name(std::string_view name) {
    if (out.back() != '{') out += ',';
    out.append("\"").append(name).append("\":");
  }
  void text(std::string_view field, std::string_view value) {
    name(field);
    base::append_json_string(out, value);
  }
  void text_or_null(std::string_view field, std::string_view value) {
    name(field);
    value.empty() ? void(out += "null") : base::append_json_string(out, value);
  }
  // Stored JSON as it is, null for an empty text.
  void json(std::string_view field, std::string_view value) {
    name(field);
    out.append(value.empty() ? "null" : value);
  }
  void number(std::string_view field, std::uint64_t value) {
    name(field);
    base::append_json_number(out, value);
  }
  void flag(std::string_view field, bool value) {
    name(field);
    out.append(value ? "true" : "false");
  }
  void time(std::string_view field, base::Timestamp value) {
    name(field);
    base::append_json_time(out, value);
  }
  template <class Tag>
  void id(std::string_view field, const base::Uuid<Tag>& value) {
    name(field);
    base::append_json_uuid(out, value.bytes);
  }
  // Null beyond what a position can be: no log has that, but a record that was made up may say so.
  void position(std::string_view field, std::uint32_t epoch, base::Position value) {
    name(field);
    if (value.value >= base::kPositionEnd) return void(out += "null");
    out += '"';
    base::append_position(out, epoch, value);
    out += '"';
  }
};

// Appends the facts object and, for types that have one, `,"content":{…}` or `,"content":null`: what comes after
// `"facts":` in the open object of `members`.
void append_body_json(JsonMembers& members, const domain::EventBody& body, std::uint32_t epoch);

}  // namespace hansard::engine

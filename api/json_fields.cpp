#include "api/json_fields.h"

namespace hansard::api {

using Kind = JsonValue::Kind;

Fields::Fields(JsonValue object, std::string_view what) : object_(object) {
  if (object_.kind() != Kind::object) problem_ = malformed(std::string(what) + " is not a JSON object");
}

bool Fields::has(std::string_view name) const {
  Kind kind = object_.member(name).kind();
  return kind != Kind::missing && kind != Kind::null;
}

bool Fields::is_null(std::string_view name) const { return object_.member(name).kind() == Kind::null; }

JsonValue Fields::asked(std::string_view name) const {
  if (problem_) return {};
  JsonValue given = object_.member(name);
  return given.kind() == Kind::null ? JsonValue() : given;
}

std::optional<std::string> Fields::text(std::string_view name) {
  JsonValue given = asked(name);
  if (given.kind() == Kind::missing) return std::nullopt;
  auto text = given.string();
  if (text) return std::string(*text);
  wrong(name, "a string");
  return std::nullopt;
}

std::optional<bool> Fields::flag(std::string_view name) {
  JsonValue given = asked(name);
  if (given.kind() == Kind::missing) return std::nullopt;
  auto flag = given.boolean();
  if (!flag) wrong(name, "true or false");
  return flag;
}

std::optional<std::uint64_t> Fields::number(std::string_view name, std::uint64_t max) {
  JsonValue given = asked(name);
  if (given.kind() == Kind::missing) return std::nullopt;
  auto number = given.integer();
  if (number && *number >= 0 && static_cast<std::uint64_t>(*number) <= max) return static_cast<std::uint64_t>(*number);
  wrong(name, "an integer from 0 to " + std::to_string(max));
  return std::nullopt;
}

std::optional<base::Timestamp> Fields::time(std::string_view name) {
  auto given = text(name);
  if (!given) return std::nullopt;
  auto time = base::parse_time(*given);
  if (!time) wrong(name, "an RFC 3339 time");
  return time;
}

std::optional<domain::UserId> Fields::user(std::string_view name) {
  auto given = text(name);
  if (!given) return std::nullopt;
  auto user = base::parse_user_id(*given);
  if (!user) wrong(name, "a user id");
  return user;
}

std::vector<JsonValue> Fields::list(std::string_view name) {
  JsonValue given = asked(name);
  if (given.kind() == Kind::array) return given.items();
  if (given.kind() != Kind::missing) wrong(name, "a list");
  return {};
}

std::optional<std::string> Fields::json_object(std::string_view name, std::size_t bytes_max) {
  JsonValue given = asked(name);
  if (given.kind() == Kind::missing) return std::nullopt;
  if (given.kind() != Kind::object) {
    wrong(name, "a JSON object");
    return std::nullopt;
  }
  std::string text = given.minified();
  if (text.size() > bytes_max) {
    fail(invalid("`" + std::string(name) + "` is larger than " + std::to_string(bytes_max) + " bytes"));
    return std::nullopt;
  }
  return text;
}

void Fields::require(std::string_view name) {
  if (!has(name)) fail(malformed("`" + std::string(name) + "` is missing"));
}

void Fields::wrong(std::string_view name, std::string_view expected) {
  fail(malformed("`" + std::string(name) + "` is not " + std::string(expected)));
}

void Fields::fail(Problem problem) {
  if (!problem_) problem_ = std::move(problem);
}

}  // namespace hansard::api

#include "replay/migrate/member_types.h"

#include <algorithm>

namespace hansard::migrate {

namespace {
using base::JsonValue;
using Kind = JsonValue::Kind;

bool is_none(Kind kind) { return kind == Kind::missing || kind == Kind::null; }

std::string quoted(const char* name) { return "`" + std::string(name) + "`"; }

std::string wrong(const JsonValue& object, const std::vector<const char*>& names, Kind wanted, const char* what) {
  for (const char* name : names) {
    Kind kind = object.member(name).kind();
    if (kind == Kind::integer) kind = Kind::number;
    if (kind != wanted && !is_none(kind)) return quoted(name) + " is not " + what;
  }
  return "";
}
}  // namespace

std::string wrong_member(const JsonValue& object, const MemberTypes& types) {
  if (object.kind() != Kind::object) return "it is not an object";
  return first_problem({wrong(object, types.texts, Kind::string, "a text"),
                        wrong(object, types.lists, Kind::array, "a list"),
                        wrong(object, types.objects, Kind::object, "an object"),
                        wrong(object, types.numbers, Kind::number, "a number")});
}

std::string wrong_parts(const JsonValue& object, const char* name, const MemberTypes& types) {
  const JsonValue parts = object.member(name);
  const std::string problem = is_none(parts.kind()) ? "" : wrong_member(parts, types);
  return problem.empty() ? "" : "in " + quoted(name) + " " + problem;
}

std::string wrong_member_in(const JsonValue& object, const char* list, const MemberTypes& types) {
  for (const JsonValue& item : object.member(list).items()) {
    if (item.kind() != Kind::object) return "in " + quoted(list) + " stands what is not an object";
    const std::string problem = wrong_member(item, types);
    if (!problem.empty()) return "in " + quoted(list) + " " + problem;
  }
  return "";
}

std::string wrong_text_in(const JsonValue& object, const char* list) {
  const auto items = object.member(list).items();
  const bool is_right = std::ranges::all_of(items, [](const JsonValue& item) { return item.string().has_value(); });
  return is_right ? "" : "in " + quoted(list) + " stands what is not a text";
}

std::string first_problem(std::initializer_list<std::string> problems) {
  const auto found = std::ranges::find_if(problems, [](const std::string& problem) { return !problem.empty(); });
  return found == problems.end() ? "" : *found;
}

}  // namespace hansard::migrate

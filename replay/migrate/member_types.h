// Types of the members of an export's JSON: what has another type than its own would be lost, or taken for something
// else, without a word. One that is not there, or null, is none. For the readers of both formats.
//
// Thread: any; plain functions. They return the first such member in words ("`text` is not a text"), "" for none.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace hansard::migrate {

struct MemberTypes {
  std::vector<const char*> texts;
  std::vector<const char*> lists;
  std::vector<const char*> objects;
  std::vector<const char*> numbers;
};
// Also where `object` is none.
std::string wrong_member(const base::JsonValue& object, const MemberTypes& types);
// Of the object `name` of `object`, where it is there.
std::string wrong_parts(const base::JsonValue& object, const char* name, const MemberTypes& types);
// Of each that stands in the list `list` of `object`.
std::string wrong_member_in(const base::JsonValue& object, const char* list, const MemberTypes& types);
// What stands in the list `list` of `object`, where all are texts.
std::string wrong_text_in(const base::JsonValue& object, const char* list);

// The first that says something.
std::string first_problem(std::initializer_list<std::string> problems);

}  // namespace hansard::migrate

#include "tests/codec/fbs_rules.h"

#include <algorithm>

namespace hansard::codec::testing {

namespace {

using Breaches = std::vector<std::string>;

template <class Named>
const Named* find_named(const std::vector<Named>& all, const std::string& name) {
  auto it = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return it == all.end() ? nullptr : &*it;
}

std::string attribute(const FbsField& field, const std::string& name) {
  auto it = field.attributes.find(name);
  return it == field.attributes.end() ? "" : it->second;
}

void compare_field(const std::string& place, const FbsField& was, const FbsField* now, Breaches& out) {
  if (now == nullptr) {
    out.push_back(place + " is gone");
    return;
  }
  if (now->type != was.type) out.push_back(place + ": its type changed");
  if (now->default_value != was.default_value) out.push_back(place + ": its default changed");
  if (attribute(*now, "id") != attribute(was, "id")) out.push_back(place + ": its id changed");
  if (now->attributes != was.attributes) out.push_back(place + ": its attributes changed");
}

void compare_tables(const FbsDefinition& was, const FbsDefinition& now, Breaches& out) {
  for (const FbsField& field : was.fields) {
    compare_field(was.name + "." + field.name, field, find_named(now.fields, field.name), out);
  }
  for (const FbsField& field : now.fields) {
    bool is_new = find_named(was.fields, field.name) == nullptr;
    if (is_new && field.attributes.count("required") != 0) {
      out.push_back(was.name + "." + field.name + ": a new field is required, records of before do not have it");
    }
  }
}

void compare_members(const FbsDefinition& was, const FbsDefinition& now, Breaches& out) {
  for (const FbsMember& member : was.members) {
    const FbsMember* same = find_named(now.members, member.name);
    std::string place = was.name + "." + member.name;
    if (same == nullptr) {
      out.push_back(place + " is gone");
    } else if (*same != member) {
      out.push_back(place + ": its number or type changed");
    }
  }
}

void compare_definitions(const FbsDefinition& was, const FbsDefinition& now, Breaches& out) {
  if (now.kind != was.kind) out.push_back(was.name + " is of another kind");
  if (now.underlying != was.underlying) out.push_back(was.name + ": its underlying type changed");
  if (now.attributes != was.attributes) out.push_back(was.name + ": its attributes changed");
  if (was.kind == FbsKind::structure && now.fields != was.fields) out.push_back(was.name + ": a struct changed");
  if (was.kind == FbsKind::table) compare_tables(was, now, out);
  compare_members(was, now, out);
}

}  // namespace

std::vector<std::string> incompatibilities(const FbsSchema& released, const FbsSchema& current) {
  Breaches out;
  if (current.file_identifier != released.file_identifier) out.push_back("the file identifier changed");
  if (current.root_type != released.root_type) out.push_back("the root type changed");
  for (const auto& [name, was] : released.definitions) {
    auto now = current.definitions.find(name);
    if (now == current.definitions.end()) {
      out.push_back(name + " is gone");
    } else {
      compare_definitions(was, now->second, out);
    }
  }
  return out;
}

std::vector<std::string> broken_laws(const FbsSchema& schema) {
  Breaches out;
  for (const auto& [name, definition] : schema.definitions) {
    if (definition.kind != FbsKind::table) continue;
    for (const FbsField& field : definition.fields) {
      if (attribute(field, "id").empty()) out.push_back(name + "." + field.name + " has no id");
    }
    if (!name.ends_with("Facts")) continue;
    const FbsField actor{"actor", "string", "", {{"id", "0"}}};
    const FbsField* found = find_named(definition.fields, "actor");
    if (found == nullptr || *found != actor) out.push_back(name + " does not begin with its actor");
  }
  return out;
}

}  // namespace hansard::codec::testing

// A FlatBuffers schema as data: as much of the language as schemas/*.fbs uses and a compatibility check needs
// (https://flatbuffers.dev/schema/, "Grammar"). What is outside of it is an error, so that nothing goes unchecked.
//
// Types, defaults and attributes are kept as written: the check asks for equality, not for equivalence.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace hansard::codec::testing {

struct FbsField {
  std::string name;
  std::string type;                               // "string", "[Member]", "[ubyte:16]"
  std::string default_value;                      // "" where none is written
  std::map<std::string, std::string> attributes;  // id, required, deprecated … → value or ""
  bool operator==(const FbsField&) const = default;
};

// Of an enum or a union; the numbers FlatBuffers gives where none is written are filled in.
struct FbsMember {
  std::string name;
  std::string type;  // of a union's member; "" in enums
  std::int64_t number = 0;
  bool operator==(const FbsMember&) const = default;
};

enum class FbsKind { table, structure, enumeration, alternative };

struct FbsDefinition {
  FbsKind kind{};
  std::string name;
  std::string underlying;  // of an enum
  std::map<std::string, std::string> attributes;
  std::vector<FbsField> fields;    // of tables and structs, in order
  std::vector<FbsMember> members;  // of enums and unions, in order
};

struct FbsSchema {
  std::string name_space;
  std::string file_identifier;
  std::string root_type;
  std::map<std::string, FbsDefinition> definitions;
};

// `malformed`, naming the line, for anything the model does not know.
base::Result<FbsSchema> parse_fbs(std::string_view text);

}  // namespace hansard::codec::testing

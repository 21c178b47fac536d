// The current schemas against every released version of them, by flatc and by the rules flatc does not have; and those
// rules against changes planted one by one.
#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/codec/fbs_rules.h"
#include "tests/codec/record_text.h"
#include "tests/support/source_folder.h"

using namespace hansard::codec::testing;
namespace fs = std::filesystem;

namespace {

FbsSchema parsed(const std::string& text) {
  auto schema = parse_fbs(text);
  INFO((schema.has_value() ? "" : schema.error().detail));
  REQUIRE(schema.has_value());
  return schema.value();
}

std::string in_source(const std::string& path) { return hansard::support::source_folder() + "/" + path; }

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(in_source(folder))) {
    if (entry.is_directory() || entry.path().extension() == ".fbs") names.push_back(entry.path().filename().string());
  }
  return names;
}

// flatc's own verdict. flatc is a build dependency: without it nothing here would have been compiled.
bool flatc_accepts(const fs::path& released, const fs::path& current) {
  std::string command = "flatc --conform '" + released.string() + "' --conform-includes '" +
                        released.parent_path().string() + "' '" + current.string() + "' > /dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

struct Change {
  std::string what;
  std::string before;
  std::string after;
};

std::string planted(const std::string& schema, const Change& change) {
  std::size_t at = schema.find(change.before);
  REQUIRE(at != std::string::npos);
  REQUIRE(schema.find(change.before, at + 1) == std::string::npos);
  return std::string(schema).replace(at, change.before.size(), change.after);
}

constexpr char kSchema[] = R"(
// A little of everything.
namespace a.b;
struct Pair { left:uint; right:[ubyte:16]; }
enum Colour:ubyte { red = 1, green, blue = 7 }
union Shape { Circle, Square:Box }
table Circle { radius:float = 1.5 (id:0); }
table Box { side:uint (id:0); }
table Thing {
  name:string (id:0, required);
  colour:Colour = red (id:1);
  limit:uint = null (id:2);
  pair:Pair (id:3);
  boxes:[Box] (id:4);
  shape:Shape (id:6);
  last:string (id:7);
}
root_type Thing;
)";

const std::vector<Change> kBad = {
    {"the last field deleted", "  last:string (id:7);\n", ""},
    {"a field deleted in the middle", "  limit:uint = null (id:2);\n", ""},
    {"a field renamed", "last:string", "final:string"},
    {"a field deprecated", "last:string (id:7)", "last:string (id:7, deprecated)"},
    {"an id changed", "last:string (id:7)", "last:string (id:8)"},
    {"an id dropped", "last:string (id:7)", "last:string"},
    {"a type changed", "boxes:[Box]", "boxes:[string]"},
    {"a type widened", "side:uint", "side:ulong"},
    {"a default changed", "radius:float = 1.5", "radius:float = 2.5"},
    {"a default added", "side:uint (id:0)", "side:uint = 3 (id:0)"},
    {"a default dropped", "limit:uint = null", "limit:uint"},
    {"an enum's default changed", "colour:Colour = red", "colour:Colour = green"},
    {"required added to a field", "last:string (id:7)", "last:string (id:7, required)"},
    {"required taken from a field", "name:string (id:0, required)", "name:string (id:0)"},
    {"a new field that is required", "last:string (id:7);", "last:string (id:7); more:string (id:8, required);"},
    {"an enum member deleted", ", blue = 7", ""},
    {"an enum member renumbered", "blue = 7", "blue = 8"},
    {"an enum member put in front of unnumbered ones", "red = 1, green", "red = 1, pink, green"},
    {"an enum member renamed", "blue", "azure"},
    {"an enum's underlying type changed", "Colour:ubyte", "Colour:ushort"},
    {"an enum turned into flags", "Colour:ubyte", "Colour:ubyte (bit_flags)"},
    {"a union member deleted", "{ Circle, Square:Box }", "{ Circle }"},
    {"a union member put in front", "{ Circle,", "{ Thing, Circle,"},
    {"a union member of another type", "Square:Box", "Square:Circle"},
    {"union members exchanged", "Circle, Square:Box", "Square:Box, Circle"},
    {"a struct that grew", "right:[ubyte:16];", "right:[ubyte:16]; more:uint;"},
    {"a struct that shrank", "right:[ubyte:16];", ""},
    {"a struct's fields exchanged", "left:uint; right:[ubyte:16];", "right:[ubyte:16]; left:uint;"},
    {"a struct's array lengthened", "[ubyte:16]", "[ubyte:17]"},
    {"a struct aligned differently", "struct Pair {", "struct Pair (force_align: 8) {"},
    {"a table deleted", "table Circle { radius:float = 1.5 (id:0); }", ""},
    {"a struct turned into a table", "struct Pair", "table Pair"},
    {"another root type", "root_type Thing", "root_type Box"},
    {"a file identifier added", "root_type Thing;", "root_type Thing; file_identifier \"HNSD\";"},
};

const std::vector<Change> kGood = {
    {"a new field at the end", "last:string (id:7);", "last:string (id:7); more:string (id:8);"},
    {"a new enum member", "blue = 7", "blue = 7, black"},
    {"a new union member at the end", "Square:Box }", "Square:Box, Thing }"},
    {"a new table", "root_type", "table New { must:string (id:0, required); } root_type"},
    {"another comment", "A little of everything.", "Little."},
    {"fields in another order with the same ids", "  limit:uint = null (id:2);\n  pair:Pair (id:3);\n",
     "  pair:Pair (id:3);\n  limit:uint = null (id:2);\n"},
};

}  // namespace

TEST_CASE("the current schemas follow every released version") {
  int compared = 0;
  for (const std::string& version : names_in("schemas/released")) {
    if (version.ends_with(".fbs")) continue;
    for (const std::string& name : names_in("schemas/released/" + version)) {
      INFO(version << "/" << name);
      std::string released = "schemas/released/" + version + "/" + name;
      FbsSchema was = parsed(read_source_file(released));
      FbsSchema now = parsed(read_source_file("schemas/" + name));
      CHECK(incompatibilities(was, now) == std::vector<std::string>{});
      CHECK(flatc_accepts(in_source(released), in_source("schemas/" + name)));
      ++compared;
    }
  }
  CHECK(compared >= 3);
}

TEST_CASE("the current schemas keep the laws of facts.fbs") {
  for (const std::string& name : names_in("schemas")) {
    if (!name.ends_with(".fbs")) continue;
    INFO(name);
    CHECK(broken_laws(parsed(read_source_file("schemas/" + name))) == std::vector<std::string>{});
  }
}

TEST_CASE("every incompatible change is refused") {
  FbsSchema released = parsed(kSchema);
  for (const Change& change : kBad) {
    INFO(change.what);
    CHECK_FALSE(incompatibilities(released, parsed(planted(kSchema, change))).empty());
  }
}

TEST_CASE("every compatible change is let pass") {
  FbsSchema released = parsed(kSchema);
  CHECK(incompatibilities(released, released).empty());
  for (const Change& change : kGood) {
    INFO(change.what);
    CHECK(incompatibilities(released, parsed(planted(kSchema, change))) == std::vector<std::string>{});
  }
}

TEST_CASE("a deleted line of the real schemas is always noticed") {
  for (const std::string& name : {std::string("facts.fbs"), std::string("content.fbs"), std::string("ids.fbs")}) {
    std::string text = read_source_file("schemas/" + name);
    FbsSchema released = parsed(text);
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      std::string line = text.substr(at, text.find('\n', at) + 1 - at);
      if (!line.starts_with("  ")) continue;
      INFO(name << ": " << line);
      CHECK_FALSE(incompatibilities(released, parsed(std::string(text).erase(at, line.size()))).empty());
    }
  }
}

TEST_CASE("a field without an id and facts without an actor break the laws") {
  CHECK_FALSE(broken_laws(parsed("table A { b:uint; }")).empty());
  CHECK_FALSE(broken_laws(parsed("table AFacts { b:uint (id:0); }")).empty());
  CHECK_FALSE(broken_laws(parsed("table AFacts { b:uint (id:0); actor:string (id:1); }")).empty());
  CHECK(broken_laws(parsed("table AFacts { actor:string (id:0); b:uint (id:1); }")).empty());
}

TEST_CASE("flatc is asked, and its no is heard") {
  fs::path schemas = in_source("schemas");
  CHECK(flatc_accepts(schemas / "facts.fbs", schemas / "facts.fbs"));
  CHECK_FALSE(flatc_accepts(schemas / "facts.fbs", schemas / "no-such-schema.fbs"));
  CHECK_FALSE(flatc_accepts(in_source("tests/codec/planted/was.fbs"), in_source("tests/codec/planted/retyped.fbs")));
}

TEST_CASE("what the schema model does not know is an error, not a gap") {
  for (const char* text :
       {"rpc_service S { }", "table A { b }", "table A { b:uint", "enum E { a }", "union U { A B }",
        "table A { b:uint (id:0; }", "table A { } table A { }", "attribute \"x\";", "enum E:ubyte { a = x }"}) {
    INFO(text);
    CHECK(parse_fbs(text).has_error());
  }
}

TEST_CASE("the schema model numbers what is not numbered") {
  FbsSchema schema = parsed(kSchema);
  const auto& colours = schema.definitions.at("Colour").members;
  CHECK(colours == std::vector<FbsMember>{{"red", "", 1}, {"green", "", 2}, {"blue", "", 7}});
  const auto& shapes = schema.definitions.at("Shape").members;
  CHECK(shapes == std::vector<FbsMember>{{"Circle", "Circle", 1}, {"Square", "Box", 2}});
  CHECK(schema.definitions.at("Pair").fields[1].type == "[ubyte:16]");
  CHECK(schema.definitions.at("Thing").fields[0].attributes ==
        std::map<std::string, std::string>{{"id", "0"}, {"required", ""}});
}

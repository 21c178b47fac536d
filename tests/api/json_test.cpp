#include "api/json.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "api/position_text.h"
#include "engine/base/clock.h"

namespace hansard::api {
namespace {

using Kind = JsonValue::Kind;

bool accepts(std::string_view text) { return JsonParser().parse(text).has_value(); }

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST_CASE("each kind of value is told apart") {
  JsonParser parser;
  auto root = parser.parse(R"({"n":null,"b":true,"i":-7,"u":18446744073709551615,"d":1.5,"s":"x","a":[1,2],"o":{}})");
  REQUIRE(root);
  CHECK(root.value().kind() == Kind::object);
  CHECK(root.value().member("n").kind() == Kind::null);
  CHECK(root.value().member("b").boolean() == true);
  CHECK(root.value().member("i").integer() == -7);
  CHECK(root.value().member("u").kind() == Kind::number);
  CHECK_FALSE(root.value().member("u").integer());
  CHECK(root.value().member("d").kind() == Kind::number);
  CHECK(root.value().member("s").string() == "x");
  CHECK(root.value().member("a").items().size() == 2);
  CHECK(root.value().member("o").kind() == Kind::object);
  CHECK(root.value().member("other").kind() == Kind::missing);
  CHECK(root.value().member("s").member("x").kind() == Kind::missing);
}

TEST_CASE("the last of equal keys wins") {
  JsonParser parser;
  auto root = parser.parse(R"({"a":1,"b":5,"a":2})");
  REQUIRE(root);
  CHECK(root.value().member("a").integer() == 2);
}

TEST_CASE("a text that is not exactly one JSON value is refused") {
  for (const char* text : {"", " ", "{", "{}x", "{} {}", "[1,]", "{\"a\":1,}", "nul", "'a'", "\"a", "01", "+1", "1.",
                           ".5", "NaN", "Infinity", "\xEF\xBB\xBF{}", "\"\x01\"", "// c\n1"}) {
    INFO(text);
    CHECK_FALSE(accepts(text));
  }
  CHECK(accepts(" [ ] \n"));
  CHECK_FALSE(accepts(std::string_view("{}\0", 3)));
}

TEST_CASE("numbers that are not finite are refused") {
  CHECK_FALSE(accepts("1e400"));
  CHECK_FALSE(accepts("[-1e400]"));
  CHECK_FALSE(accepts("[123456789012345678901234567890,1e400]"));
  CHECK(accepts("1e300"));
}

TEST_CASE("an integer beyond 64 bits is a number that only its text is known of") {
  JsonParser parser;
  auto root = parser.parse(R"({"a":123456789012345678901234567890,"b":-9223372036854775809,"c":[18446744073709551616],
                               "d":9223372036854775807,"e":"123456789012345678901234567890"})");
  REQUIRE(root);
  CHECK(root.value().member("a").kind() == JsonValue::Kind::number);
  CHECK_FALSE(root.value().member("a").integer());
  CHECK(root.value().member("a").minified() == "123456789012345678901234567890");
  CHECK(root.value().member("b").minified() == "-9223372036854775809");
  CHECK(root.value().member("c").minified() == "[18446744073709551616]");
  CHECK(root.value().member("d").integer() == 9223372036854775807);
  CHECK(root.value().member("e").string() == "123456789012345678901234567890");
}

TEST_CASE("what is no number does not become one by its length") {
  for (const char* text : {"012345678901234567890123", "-012345678901234567890123", "+123456789012345678901234",
                           "123456789012345678901234x", "123456789012345678901234 5", "12345678901234567890.",
                           "[123456789012345678901234", "--123456789012345678901234"}) {
    INFO(text);
    CHECK_FALSE(accepts(text));
  }
}

TEST_CASE("invalid UTF-8 is refused") {
  CHECK_FALSE(accepts("\"\xFF\""));
  CHECK_FALSE(accepts("\"\xC0\x80\""));
  CHECK_FALSE(accepts("\"\xED\xA0\x80\""));
  CHECK(accepts("\"\xF0\x9F\x98\x80\""));
}

TEST_CASE("surrogate escapes come in pairs or not at all") {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud800x")", R"("\ud800\ud800")",
                           R"("\udc00\ud800")", R"("\uD83D\n")", R"({"\udfff":1})", R"(["a","\\\ud800"])"}) {
    INFO(text);
    CHECK_FALSE(accepts(text));
  }
  JsonParser parser;
  auto pair = parser.parse(R"("\ud83d\ude00")");
  REQUIRE(pair);
  CHECK(pair.value().string() == "\xF0\x9F\x98\x80");
  CHECK(accepts(R"("\\ud800")"));
}

TEST_CASE("nesting is limited to the depth given") {
  CHECK(accepts(nested(64)));
  CHECK_FALSE(accepts(nested(65)));
  CHECK_FALSE(accepts(nested(5'000)));
  CHECK(accepts("[" + nested(63) + ",{\"a\":1}]"));
  std::string objects;
  for (int i = 0; i < 64; ++i) objects += "{\"a\":";
  CHECK(accepts(objects + "1" + std::string(64, '}')));
  CHECK_FALSE(accepts("[" + objects + "1" + std::string(64, '}') + "]"));
}

TEST_CASE("a parser is usable after a refusal and after a long text") {
  JsonParser parser;
  CHECK_FALSE(parser.parse("{"));
  std::string big = "[\"" + std::string(600'000, 'x') + "\"]";
  auto parsed = parser.parse(big);
  REQUIRE(parsed);
  CHECK(parsed.value().items()[0].string()->size() == 600'000);
  REQUIRE(parser.parse("[1]"));
  CHECK_FALSE(parser.parse(nested(65)));
}

TEST_CASE("minified text keeps members, order and numbers") {
  JsonParser parser;
  auto root = parser.parse(R"( { "b" : [ 1 , -9007199254740993, 0.1, 1.5e300 ] , "a" : "\u0001\"é" } )");
  REQUIRE(root);
  CHECK(root.value().minified() == R"({"b":[1,-9007199254740993,0.1,1.5e300],"a":"\u0001\"é"})");
}

TEST_CASE("a value is copied as it was written, from its own place") {
  JsonParser parser;
  auto root =
      parser.parse(R"({"x":{"m":[1.0, 1.0]},"m":{"a : b": "c, {\"}\\", "n": [1.10, 2e2, -0, {}, [ ]]},"m":1.0})");
  REQUIRE(root);
  CHECK(root.value().member("x").minified() == R"({"m":[1.0,1.0]})");
  CHECK(root.value().member("x").member("m").items()[1].minified() == "1.0");
  CHECK(root.value().member("m").minified() == "1.0");
  CHECK(root.value().minified() ==
        R"({"x":{"m":[1.0,1.0]},"m":{"a : b":"c, {\"}\\","n":[1.10,2e2,-0,{},[]]},"m":1.0})");
  CHECK(root.value().member("none").minified().empty());
}

TEST_CASE("every value of a text is found by its number") {
  rc::prop("json_value_at gives what minified gives", [] {
    const auto numbers = *rc::gen::container<std::vector<int>>(rc::gen::inRange(-5, 1'000));
    std::string text = "[";
    for (int n : numbers) {
      if (text.size() > 1) text += " , ";
      text += n < 0 ? R"({"k" : [ "s:" , null ]})" : std::to_string(n);
    }
    text += "]";
    JsonParser parser;
    auto root = parser.parse(text);
    RC_ASSERT(root.has_value());
    auto items = root.value().items();
    RC_ASSERT(items.size() == numbers.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      RC_ASSERT(items[i].minified() == (numbers[i] < 0 ? R"({"k":["s:",null]})" : std::to_string(numbers[i])));
    }
  });
}

TEST_CASE("a string is written with the least escapes") {
  CHECK(quoted("a\"b\\c/\n\r\t") == R"("a\"b\\c/\n\r\t")");
  CHECK(quoted(std::string_view("\0\x1F\x7F", 3)) == "\"\\u0000\\u001f\x7F\"");
  CHECK(quoted("\xE2\x80\xA8") == "\"\xE2\x80\xA8\"");
  CHECK(quoted("") == "\"\"");
}

TEST_CASE("what is written is read back as it was") {
  rc::prop("append_json_string then parse", [](const std::string& bytes) {
    std::string ascii = bytes;
    for (char& c : ascii) c = static_cast<char>(c & 0x7F);
    ascii += "plain text that is long enough to be copied by the word";
    JsonParser parser;
    auto read = parser.parse(quoted(ascii));
    RC_ASSERT(read.has_value());
    RC_ASSERT(read.value().string() == std::string_view(ascii));
  });
}

TEST_CASE("times are written as time_text does") {
  rc::prop("append_json_time", [](std::int64_t any) {
    base::Timestamp time{any % 300'000'000'000'000};
    std::string out;
    append_json_time(out, time);
    RC_ASSERT(out == '"' + base::time_text(time) + '"');
  });
}

TEST_CASE("positions keep their order as text and survive as a number") {
  CHECK(position_text(1, {42}) == "0010000000000042");
  CHECK(position_text(1, {9'999'999'999'999}) < position_text(2, {1}));
  rc::prop("parse(text(p)) == p", [](std::uint32_t epoch, std::uint64_t position) {
    WirePosition wire{epoch % 1000, {position % 10'000'000'000'000}};
    auto text = position_text(wire.epoch, wire.position);
    auto back = parse_position(text);
    RC_ASSERT(back && back->epoch == wire.epoch && back->position == wire.position);
    auto number = parse_position(std::to_string(std::stoull(text)));
    RC_ASSERT(number && number->position == wire.position);
  });
  for (const char* bad : {"", "-1", "1x", " 1", "00000000000000001"}) CHECK_FALSE(parse_position(bad));
}

}  // namespace
}  // namespace hansard::api

// JSON in and out: json.cpp is the only includer of the parser. In: simdjson's DOM (RFC 8259, strict), which refuses
// invalid UTF-8, lone surrogates, a byte order mark, numbers that are not finite and nesting beyond the limit. Of equal
// keys in an object the last one counts. A value can be had as it was written (json_source.h), so that what is only
// carried keeps its numbers, also integers beyond 64 bits. Out: an appending writer (json_write.cpp).
//
// Thread: one Parser per io thread; a Value lives until the parser's next parse.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"

namespace hansard::base {

// A JSON value inside a parser's document; cheap to copy.
class JsonValue {
 public:
  // `integer` fits an int64; every other number is `number`.
  enum class Kind { missing, null, boolean, integer, number, string, array, object };
  Kind kind() const;
  // Of an object; missing when it is not there (the last of equal keys wins). Unknown members are ignored by not
  // asking.
  JsonValue member(std::string_view key) const;
  std::vector<JsonValue> items() const;  // of an array
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<std::string_view> string() const;
  // The value as it was written but for the spaces around its parts: numbers and strings keep their text.
  std::string minified() const;

 private:
  friend class JsonParser;
  struct Node;
  struct Source;                         // the text it was parsed from, and its root
  alignas(8) unsigned char node_[24]{};  // simdjson's element, kept out of this header
  const Source* source_ = nullptr;       // nothing: the value is missing
};

class JsonParser {
 public:
  explicit JsonParser(std::size_t depth_max = 64);
  ~JsonParser();
  // `malformed` with one sentence. `text` may be freed afterwards: it is copied.
  Result<JsonValue> parse(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends "text" quoted and escaped (RFC 8259); `text` is valid UTF-8.
void append_json_string(std::string& out, std::string_view text);
void append_json_number(std::string& out, std::uint64_t value);
void append_json_time(std::string& out, Timestamp time);  // quoted RFC 3339 with milliseconds
// 36 characters, quoted (RFC 9562 section 4).
void append_json_uuid(std::string& out, const std::array<std::uint8_t, 16>& bytes);

}  // namespace hansard::base

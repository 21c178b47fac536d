#include "engine/base/json.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <type_traits>
#include <utility>

#include <simdjson.h>

#include "engine/base/check.h"
#include "engine/base/json_source.h"

namespace hansard::base {

namespace dom = simdjson::dom;

struct JsonValue::Source {
  std::string text;
  dom::element root;
};

// The bridge between a JsonValue's bytes and the parser's element.
struct JsonValue::Node {
  static JsonValue wrap(dom::element element, const Source* source) {
    static_assert(sizeof element <= sizeof node_ && std::is_trivially_copyable_v<dom::element>);
    JsonValue value;
    std::memcpy(value.node_, &element, sizeof element);
    value.source_ = source;
    return value;
  }
  // Whether `value` is this very place of its document, not one that is equal.
  static bool is_at(const JsonValue& value, dom::element element) {
    return std::memcmp(value.node_, wrap(element, nullptr).node_, sizeof value.node_) == 0;
  }
  static dom::element element(const JsonValue& value) {
    dom::element result;
    std::memcpy(static_cast<void*>(&result), value.node_, sizeof result);
    return result;
  }
};

JsonValue::Kind JsonValue::kind() const {
  if (!source_) return Kind::missing;
  switch (Node::element(*this).type()) {
    case dom::element_type::ARRAY:
      return Kind::array;
    case dom::element_type::OBJECT:
      return Kind::object;
    case dom::element_type::INT64:
      return Kind::integer;
    case dom::element_type::UINT64:
      return Kind::number;
    case dom::element_type::DOUBLE:
      return Kind::number;
    case dom::element_type::STRING:
      return Kind::string;
    case dom::element_type::BOOL:
      return Kind::boolean;
    case dom::element_type::NULL_VALUE:
      return Kind::null;
  }
  return Kind::missing;
}

JsonValue JsonValue::member(std::string_view key) const {
  JsonValue found;
  dom::object object;
  if (!source_ || Node::element(*this).get(object) != simdjson::SUCCESS) return found;
  for (auto [name, value] : object) {
    if (name == key) found = Node::wrap(value, source_);
  }
  return found;
}

std::vector<JsonValue> JsonValue::items() const {
  std::vector<JsonValue> items;
  dom::array array;
  if (!source_ || Node::element(*this).get(array) != simdjson::SUCCESS) return items;
  items.reserve(array.size());
  for (dom::element element : array) items.push_back(Node::wrap(element, source_));
  return items;
}

std::optional<bool> JsonValue::boolean() const {
  bool value = false;
  if (!source_ || Node::element(*this).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (kind() != Kind::integer) return std::nullopt;
  return Node::element(*this).get_int64().value_unsafe();
}

std::optional<std::string_view> JsonValue::string() const {
  std::string_view value;
  if (!source_ || Node::element(*this).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

namespace {
// Looks below `at` for a place of the document, in the order of its text; `passed` counts the values before it.
bool find(dom::element at, const auto& is_wanted, std::size_t& passed) {
  if (is_wanted(at)) return true;
  ++passed;
  dom::array items;
  if (at.get(items) == simdjson::SUCCESS) {
    for (dom::element item : items) {
      if (find(item, is_wanted, passed)) return true;
    }
  }
  dom::object members;
  if (at.get(members) != simdjson::SUCCESS) return false;
  for (auto [name, value] : members) {
    if (find(value, is_wanted, passed)) return true;
  }
  return false;
}
}  // namespace

std::string JsonValue::minified() const {
  if (!source_) return {};
  std::size_t passed = 0;
  bool is_found = find(source_->root, [this](dom::element at) { return Node::is_at(*this, at); }, passed);
  CHECK(is_found, passed);
  return minified_json(json_value_at(source_->text, passed));
}

namespace {
// The four hexadecimal digits at `at`; nothing where they are not, which is the parser's to refuse.
std::optional<unsigned> hex4(std::string_view text, std::size_t at) {
  unsigned value = 0;
  if (at + 4 > text.size()) return std::nullopt;
  auto [end, status] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  if (status != std::errc{} || end != text.data() + at + 4) return std::nullopt;
  return value;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

// simdjson 3.0.1 takes some unpaired surrogate escapes, so the pairs are checked here. In valid JSON a backslash
// stands only inside strings; invalid JSON is refused by the parser whatever this says.
bool has_lone_surrogate(std::string_view text) {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    if (at + 1 >= text.size() || text[at + 1] != 'u') {
      at += 2;
      continue;
    }
    unsigned unit = hex4(text, at + 2).value_or(0);
    at += 6;
    if (is_low_surrogate(unit)) return true;
    if (!is_high_surrogate(unit)) continue;
    if (text.substr(at < text.size() ? at : text.size(), 2) != "\\u") return true;
    if (!is_low_surrogate(hex4(text, at + 2).value_or(0))) return true;
    at += 6;
  }
  return false;
}

// Deepest nesting of a valid text. The parser's own limit does not count an innermost empty container.
std::size_t depth_of(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (in_string && c == '\\') ++at;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
    if (c == ']' || c == '}') --depth;
  }
  return deepest;
}

bool is_too_deep(std::string_view text, std::size_t depth_max) {
  auto opening = std::count_if(text.begin(), text.end(), [](char c) { return c == '[' || c == '{'; });
  return static_cast<std::size_t>(opening) > depth_max && depth_of(text) > depth_max;
}

const char* reason(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      return "the JSON text is not valid UTF-8";
    case simdjson::DEPTH_ERROR:
      return "the JSON text is nested too deeply";
    case simdjson::NUMBER_ERROR:
      return "a number in the JSON text is malformed or out of range";
    case simdjson::STRING_ERROR:
      return "a string in the JSON text is malformed";
    case simdjson::UNESCAPED_CHARS:
      return "a string in the JSON text has an unescaped control character";
    case simdjson::UNCLOSED_STRING:
      return "a string in the JSON text does not end";
    case simdjson::EMPTY:
      return "a JSON text was expected";
    default:
      return "the text is not valid JSON";
  }
}
}  // namespace

struct JsonParser::Impl {
  dom::parser parser;
  std::size_t depth_max;
  JsonValue::Source source;

  simdjson::error_code parse(std::string_view text) {
    return parser.parse(text.data(), text.size(), true).get(source.root);
  }
};

// The parser's limit lets one level less through when the innermost container is not empty, hence one more.
JsonParser::JsonParser(std::size_t depth_max) : impl_(std::make_unique<Impl>()) {
  impl_->depth_max = depth_max;
  CHECK(impl_->parser.allocate(16u << 10, depth_max + 1) == simdjson::SUCCESS);
}

JsonParser::~JsonParser() = default;

Result<JsonValue> JsonParser::parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return error(ErrorCode::malformed, "the JSON text begins with a byte order mark");
  }
  auto status = impl_->parse(text);
  if (status != simdjson::SUCCESS) {
    // The parser takes no integer beyond 64 bits, and nobody here asks for the value of one.
    if (auto masked = mask_long_integers(text)) status = impl_->parse(*masked);
  }
  if (status != simdjson::SUCCESS) return error(ErrorCode::malformed, reason(status));
  if (is_too_deep(text, impl_->depth_max)) return error(ErrorCode::malformed, reason(simdjson::DEPTH_ERROR));
  if (has_lone_surrogate(text)) {
    return error(ErrorCode::malformed, "a string in the JSON text has an unpaired surrogate");
  }
  impl_->source.text = text;
  return JsonValue::Node::wrap(impl_->source.root, &impl_->source);
}

}  // namespace hansard::base

#include "tests/codec/fbs_model.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace hansard::codec::testing {

namespace {

using base::Result;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-'; }

// Words, quoted texts and single punctuation marks; comments and white space fall away.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) { advance(); }

  std::string_view peek() const { return token_; }
  bool at_end() const { return token_.empty(); }

  std::string take() {
    std::string taken(token_);
    advance();
    return taken;
  }

  bool take_if(std::string_view wanted) {
    if (token_ != wanted) return false;
    advance();
    return true;
  }

  Result<void> expect(std::string_view wanted) {
    if (take_if(wanted)) return base::success();
    return fail("'" + std::string(wanted) + "' expected");
  }

  Result<std::string> word() {
    if (token_.empty() || !is_word(token_.front())) return fail("a name or number expected");
    return take();
  }

  base::Error fail(const std::string& what) const {
    return base::error(base::ErrorCode::malformed,
                       "line " + std::to_string(line_) + ": " + what + " at '" + std::string(token_) + "'");
  }

 private:
  void skip_blank() {
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (std::isspace(static_cast<unsigned char>(rest_.front())) != 0) {
        line_ += rest_.front() == '\n';
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  void advance() {
    skip_blank();
    std::size_t length = rest_.empty() ? 0 : 1;
    if (rest_.starts_with('"')) {
      length = std::min(rest_.find('"', 1), rest_.size() - 1) + 1;
    } else if (!rest_.empty() && is_word(rest_.front())) {
      while (length < rest_.size() && is_word(rest_[length])) ++length;
    }
    token_ = rest_.substr(0, length);
    rest_.remove_prefix(length);
  }

  std::string_view rest_;
  std::string_view token_;
  int line_ = 1;
};

using Attributes = std::map<std::string, std::string>;

// (id: 3, required)
Result<Attributes> parse_attributes(Tokens& in) {
  Attributes attributes;
  if (!in.take_if("(")) return attributes;
  do {
    TRY(std::string name, in.word());
    std::string value = in.take_if(":") ? in.take() : "";
    attributes.emplace(std::move(name), std::move(value));
  } while (in.take_if(","));
  TRY(in.expect(")"));
  return attributes;
}

// string, [Member], [ubyte:16]
Result<std::string> parse_type(Tokens& in) {
  if (!in.take_if("[")) return in.word();
  TRY(std::string item, in.word());
  std::string type = "[" + item;
  if (in.take_if(":")) {
    TRY(std::string length, in.word());
    type += ":" + length;
  }
  TRY(in.expect("]"));
  return type + "]";
}

Result<FbsField> parse_field(Tokens& in) {
  FbsField field;
  TRY(field.name, in.word());
  TRY(in.expect(":"));
  TRY(field.type, parse_type(in));
  if (in.take_if("=")) {
    TRY(field.default_value, in.word());
  }
  TRY(field.attributes, parse_attributes(in));
  TRY(in.expect(";"));
  return field;
}

Result<void> parse_fields(Tokens& in, FbsDefinition& definition) {
  TRY(in.expect("{"));
  while (!in.take_if("}")) {
    TRY(FbsField field, parse_field(in));
    definition.fields.push_back(std::move(field));
  }
  return base::success();
}

// An enum counts from 0, a union from 1 (0 is its NONE).
Result<void> parse_members(Tokens& in, FbsDefinition& definition) {
  std::int64_t next = definition.kind == FbsKind::alternative ? 1 : 0;
  TRY(in.expect("{"));
  while (!in.take_if("}")) {
    FbsMember member;
    TRY(member.name, in.word());
    if (definition.kind == FbsKind::alternative) member.type = in.take_if(":") ? in.take() : member.name;
    if (in.take_if("=")) {
      TRY(std::string text, in.word());
      auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), next);
      if (problem != std::errc{} || end != text.data() + text.size()) return in.fail("a decimal number expected");
    }
    member.number = next++;
    definition.members.push_back(std::move(member));
    if (!in.take_if(",") && in.peek() != "}") return in.fail("',' or '}' expected");
  }
  return base::success();
}

Result<void> parse_definition(Tokens& in, FbsKind kind, FbsSchema& schema) {
  FbsDefinition definition;
  definition.kind = kind;
  TRY(definition.name, in.word());
  bool has_fields = kind == FbsKind::table || kind == FbsKind::structure;
  if (kind == FbsKind::enumeration) {
    TRY(in.expect(":"));
    TRY(definition.underlying, in.word());
  }
  TRY(definition.attributes, parse_attributes(in));
  if (has_fields) {
    TRY(parse_fields(in, definition));
  } else {
    TRY(parse_members(in, definition));
  }
  bool is_new = schema.definitions.emplace(definition.name, definition).second;
  if (!is_new) return in.fail(definition.name + " is defined twice");
  return base::success();
}

// namespace a.b;  root_type T;  include "x.fbs";  file_identifier "HNSD";
Result<void> parse_statement(Tokens& in, std::string& value) {
  value = in.take();
  return in.expect(";");
}

Result<void> parse_declaration(Tokens& in, FbsSchema& schema) {
  std::string included;
  if (in.take_if("table")) return parse_definition(in, FbsKind::table, schema);
  if (in.take_if("struct")) return parse_definition(in, FbsKind::structure, schema);
  if (in.take_if("enum")) return parse_definition(in, FbsKind::enumeration, schema);
  if (in.take_if("union")) return parse_definition(in, FbsKind::alternative, schema);
  if (in.take_if("namespace")) return parse_statement(in, schema.name_space);
  if (in.take_if("file_identifier")) return parse_statement(in, schema.file_identifier);
  if (in.take_if("root_type")) return parse_statement(in, schema.root_type);
  if (in.take_if("include")) return parse_statement(in, included);
  return in.fail("a declaration expected");
}

}  // namespace

Result<FbsSchema> parse_fbs(std::string_view text) {
  Tokens in(text);
  FbsSchema schema;
  while (!in.at_end()) {
    TRY(parse_declaration(in, schema));
  }
  return schema;
}

}  // namespace hansard::codec::testing

// Reads the members of a request's JSON object one by one. The first thing wrong is kept as the problem and the rest
// reads as absent, so a reader asks for everything and looks at `problem` once. A member that is null reads as absent
// unless asked by `is_null`. Members nobody asks for are ignored and never echoed.
//
// Thread: that of the parser whose value it reads, until the parser's next parse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json.h"
#include "api/problem.h"
#include "api/words.h"
#include "engine/base/clock.h"

namespace hansard::api {

class Fields {
 public:
  // Anything but an object is a problem. `what` names it in details: "the body", "data".
  explicit Fields(JsonValue object, std::string_view what = "the body");

  bool has(std::string_view name) const;  // there and not null
  bool is_null(std::string_view name) const;
  JsonValue value(std::string_view name) const { return object_.member(name); }

  std::optional<std::string> text(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t max);
  std::optional<base::Timestamp> time(std::string_view name);
  std::optional<domain::UserId> user(std::string_view name);
  std::vector<JsonValue> list(std::string_view name);
  // A JSON object as minified text of at most `bytes_max` bytes; larger is `invalid`.
  std::optional<std::string> json_object(std::string_view name, std::size_t bytes_max);
  template <class Id>
  std::optional<Id> id(std::string_view name) {
    auto given = text(name);
    if (!given) return std::nullopt;
    auto parsed = base::parse_id<Id>(*given);
    if (!parsed) wrong(name, "an id (a UUID)");
    return parsed;
  }
  template <class E>
  std::optional<E> word(std::string_view name) {
    auto given = text(name);
    if (!given) return std::nullopt;
    auto parsed = value_of<E>(*given);
    if (!parsed) wrong(name, "one of the words of the contract");
    return parsed;
  }

  // A problem unless the member is there.
  void require(std::string_view name);
  // Malformed: "`name` is not <expected>".
  void wrong(std::string_view name, std::string_view expected);
  void fail(Problem problem);
  const std::optional<Problem>& problem() const { return problem_; }

 private:
  JsonValue asked(std::string_view name) const;  // missing when null or after a problem

  JsonValue object_;
  std::optional<Problem> problem_;
};

}  // namespace hansard::api

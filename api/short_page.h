// A page of a list that is short, in memory, and ordered by name: `limit` items, the first one after `cursor`.
//
// Thread: the io thread.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "api/cursor.h"
#include "api/handlers_common.h"
#include "api/params.h"

namespace hansard::api {

class ShortPage {
 public:
  // `list`: its name, by which its cursors are known.
  static Answered<ShortPage> of(const Context& context, const Call& call, std::string_view list) {
    TRY(auto limit, page_limit(call.params, context.limits));
    const auto cursor = call.params.get("cursor");
    const auto after = cursor ? decode_name_cursor(*cursor, list) : std::string();
    if (!after) return malformed("`cursor` is not one of this list");
    return ShortPage(list, *after, limit);
  }

  // `append(body, item)` for each. A cursor keeps the name of the last: it holds while others come and go.
  template <class Items, class NameOf, class Append>
  Response answer(Items items, const NameOf& name_of, const Append& append) const {
    std::ranges::sort(items, {}, name_of);
    auto at = std::ranges::upper_bound(items, after_, {}, name_of);
    const auto end = at + std::min<std::ptrdiff_t>(items.end() - at, static_cast<std::ptrdiff_t>(limit_));
    const bool is_last = end == items.end();
    const std::string next = is_last ? "" : encode_name_cursor(list_, std::invoke(name_of, *std::prev(end)));
    std::string body = "{\"items\":[";
    for (; at != end; ++at) {
      if (body.back() != '[') body += ',';
      append(body, *at);
    }
    end_page(body, next);
    return json_response(std::move(body));
  }

 private:
  ShortPage(std::string_view list, std::string after, std::size_t limit)
      : list_(list), after_(std::move(after)), limit_(limit) {}

  const std::string list_, after_;
  const std::size_t limit_;
};

}  // namespace hansard::api

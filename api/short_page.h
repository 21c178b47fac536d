// A page of a list that is short, in memory and has names: in their order, the items behind `cursor`, `limit` of them.
//
// Thread: the io thread.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "api/handlers_common.h"
#include "api/params.h"

namespace hansard::api {

class ShortPage {
 public:
  static Answered<ShortPage> of(const Context& context, const Call& call) {
    TRY(auto limit, page_limit(call.params, context.limits));
    const auto cursor = call.params.get("cursor");
    if (cursor && cursor->empty()) return malformed("`cursor` is not one of this list");
    return ShortPage(std::string(cursor.value_or("")), limit);
  }

  // `append(body, item)` for each. A cursor is the name of the last: it holds while others come and go.
  template <class Items, class NameOf, class Append>
  Response answer(Items items, const NameOf& name_of, const Append& append) const {
    std::ranges::sort(items, {}, name_of);
    auto at = std::ranges::upper_bound(items, after_, {}, name_of);
    const auto end = at + std::min<std::ptrdiff_t>(items.end() - at, static_cast<std::ptrdiff_t>(limit_));
    const std::string next = end == items.end() ? "" : std::invoke(name_of, *std::prev(end));
    std::string body = "{\"items\":[";
    for (; at != end; ++at) {
      if (body.back() != '[') body += ',';
      append(body, *at);
    }
    end_page(body, next);
    return json_response(std::move(body));
  }

 private:
  ShortPage(std::string after, std::size_t limit) : after_(std::move(after)), limit_(limit) {}

  const std::string after_;
  const std::size_t limit_;
};

}  // namespace hansard::api

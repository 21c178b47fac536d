// The name of a webhook or a consumer, under which the progress of either is kept.
//
// Thread: any; a plain function.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hansard::process {

// 1 to 64 of a-z, 0-9, '-' and '_'.
inline bool is_progress_name(std::string_view name) {
  constexpr std::size_t kNameBytesMax = 64;
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= kNameBytesMax && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace hansard::process

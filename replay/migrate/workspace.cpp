#include "replay/migrate/workspace.h"

#include <algorithm>

#include "engine/base/json.h"

namespace hansard::migrate {

void Losses::note(const std::string& what, std::uint64_t count) {
  if (count == 0) return;
  std::lock_guard lock(mutex_);
  counts_[what] += count;
}

std::map<std::string, std::uint64_t> Losses::all() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

void append_text_member(std::string& object, std::string_view name, std::string_view value) {
  if (object.back() != '{') object += ',';
  base::append_json_string(object, name);
  object += ':';
  base::append_json_string(object, value);
}

void sort_once(std::vector<std::string>& names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
}

std::string first_code_points(const std::string& text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins && count-- == 0) break;
  }
  return text.substr(0, at);
}

}  // namespace hansard::migrate

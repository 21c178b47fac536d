#include "replay/needles.h"

#include "engine/base/json.h"
#include "engine/proof/base64.h"

namespace hansard::replay {

namespace {
constexpr std::size_t kBase64BytesMin = 6;

std::string as_json(const std::string& text) {
  std::string json;
  base::append_json_string(json, text);
  return json.substr(1, json.size() - 2);
}

// With `before` bytes of its group in front: only the digits that tell of nothing but `text`.
std::string in_base64(const std::string& text, std::size_t before) {
  const std::size_t whole = (before + text.size()) / 3 * 3 - before;
  const std::string digits = proof::base64(std::string(before, '\0') + text.substr(0, whole));
  return digits.substr(before == 0 ? 0 : before + 1);
}
}  // namespace

std::vector<Needle> needles_of(const std::vector<std::string>& texts) {
  std::vector<Needle> needles;
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    needles.push_back({text, "", text});
    if (auto json = as_json(text); json != text) needles.push_back({std::move(json), "as JSON", text});
    for (std::size_t before = 0; before < 3 && text.size() >= kBase64BytesMin; ++before) {
      needles.push_back({in_base64(text, before), "in base 64", text});
    }
  }
  return needles;
}

}  // namespace hansard::replay

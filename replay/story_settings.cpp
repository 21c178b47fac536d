#include "replay/story_settings.h"

#include <array>
#include <utility>

#include "engine/domain/words.h"

namespace hansard::replay {

namespace {
using Named = std::pair<const char*, std::string>;

std::array<Named, 7> named(const domain::Settings& s) {
  return {{{"history", std::string(domain::word_of(s.history))},
           {"who_may_post", std::string(domain::word_of(s.who_may_post))},
           {"edit_history", s.edit_history ? "true" : "false"},
           {"delete_window_s", s.delete_window_s ? std::to_string(*s.delete_window_s) : "the server's"},
           {"edit_window_s", std::to_string(s.edit_window_s)},
           {"slow_mode_s", std::to_string(s.slow_mode_s)},
           {"retention_s", std::to_string(s.retention_s)}}};
}
}  // namespace

std::vector<std::string> changes(const domain::Settings& before, const domain::Settings& now) {
  std::vector<std::string> parts;
  auto old = named(before), fresh = named(now);
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (old[i] != fresh[i]) parts.push_back(std::string(old[i].first) + " " + old[i].second + " → " + fresh[i].second);
  }
  return parts;
}

std::string describe(const domain::Settings& settings) {
  auto defaults = named({}), all = named(settings);
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i >= 2 && all[i] == defaults[i]) continue;
    out += (out.empty() ? "" : ", ") + std::string(all[i].first) + " " + all[i].second;
  }
  return out;
}

}  // namespace hansard::replay

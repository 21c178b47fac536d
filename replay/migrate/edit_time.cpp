#include "replay/migrate/edit_time.h"

#include <charconv>

#include "replay/migrate/slack_files.h"

namespace hansard::migrate {

base::Timestamp edit_time(const base::JsonValue& metadata) {
  const auto slack = slack_time(text_of(metadata.member("slack"), "edited_ts"));
  if (slack) return slack->time();
  const std::string text = text_of(metadata.member("mattermost"), "edit_at");
  base::Timestamp time{};
  std::from_chars(text.data(), text.data() + text.size(), time.ms);
  return time;
}

}  // namespace hansard::migrate

#include "engine/domain/values.h"

namespace hansard::domain {

Settings apply_patch(Settings settings, const SettingsPatch& patch) {
  settings.history = patch.history.value_or(settings.history);
  settings.edit_history = patch.edit_history.value_or(settings.edit_history);
  if (patch.server_delete_window) settings.delete_window_s.reset();
  if (patch.delete_window_s) settings.delete_window_s = patch.delete_window_s;
  settings.edit_window_s = patch.edit_window_s.value_or(settings.edit_window_s);
  settings.who_may_post = patch.who_may_post.value_or(settings.who_may_post);
  settings.slow_mode_s = patch.slow_mode_s.value_or(settings.slow_mode_s);
  settings.retention_s = patch.retention_s.value_or(settings.retention_s);
  return settings;
}

}  // namespace hansard::domain

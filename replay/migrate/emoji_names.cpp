#include <algorithm>
#include <array>
#include <utility>

#include "replay/migrate/workspace.h"

namespace hansard::migrate {

namespace {
// The names people react with most; Slack and Mattermost share them (https://github.com/iamcal/emoji-data).
constexpr std::array<std::pair<std::string_view, std::string_view>, 62> kEmojis{{
    {"+1", "👍"},
    {"-1", "👎"},
    {"100", "💯"},
    {"alert", "🚨"},
    {"bow", "🙇"},
    {"broken_heart", "💔"},
    {"bug", "🐛"},
    {"cake", "🍰"},
    {"cat", "🐱"},
    {"clap", "👏"},
    {"coffee", "☕"},
    {"confused", "😕"},
    {"cry", "😢"},
    {"disappointed", "😞"},
    {"dog", "🐶"},
    {"exclamation", "❗"},
    {"exploding_head", "🤯"},
    {"eyes", "👀"},
    {"facepalm", "🤦"},
    {"fire", "🔥"},
    {"grimacing", "😬"},
    {"grin", "😁"},
    {"grinning", "😀"},
    {"handshake", "🤝"},
    {"heart", "❤️"},
    {"heart_eyes", "😍"},
    {"heavy_check_mark", "✔️"},
    {"heavy_plus_sign", "➕"},
    {"hugging_face", "🤗"},
    {"innocent", "😇"},
    {"joy", "😂"},
    {"laughing", "😆"},
    {"muscle", "💪"},
    {"ok_hand", "👌"},
    {"open_mouth", "😮"},
    {"partying_face", "🥳"},
    {"point_up", "☝️"},
    {"pray", "🙏"},
    {"question", "❓"},
    {"rage", "😡"},
    {"raised_hands", "🙌"},
    {"rocket", "🚀"},
    {"rofl", "🤣"},
    {"rolling_on_the_floor_laughing", "🤣"},
    {"sad", "😢"},
    {"see_no_evil", "🙈"},
    {"shrug", "🤷"},
    {"slightly_smiling_face", "🙂"},
    {"smile", "😄"},
    {"smiley", "😃"},
    {"sob", "😭"},
    {"sparkles", "✨"},
    {"star", "⭐"},
    {"sweat_smile", "😅"},
    {"tada", "🎉"},
    {"thinking_face", "🤔"},
    {"thumbsdown", "👎"},
    {"thumbsup", "👍"},
    {"warning", "⚠️"},
    {"wave", "👋"},
    {"white_check_mark", "✅"},
    {"wink", "😉"},
}};
static_assert(std::ranges::is_sorted(kEmojis));
}  // namespace

std::string emoji_of(std::string_view name) {
  const std::string_view plain = name.substr(0, name.find("::skin-tone"));
  const auto found =
      std::ranges::lower_bound(kEmojis, plain, {}, &std::pair<std::string_view, std::string_view>::first);
  if (found != kEmojis.end() && found->first == plain) return std::string(found->second);
  return ":" + std::string(plain) + ":";
}

}  // namespace hansard::migrate

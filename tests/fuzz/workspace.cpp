// What an import takes from another system's export: Slack's marked-up text and messages, posts of Mattermost.
#include "engine/base/utf8.h"
#include "replay/migrate/mattermost_posts.h"
#include "replay/migrate/slack_posts.h"
#include "replay/migrate/slack_text.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

namespace {

void check_mentions(std::string_view text, const std::vector<migrate::Mention>& mentions) {
  const auto points = base::count_code_points(text);
  for (const auto& mention : mentions)
    must(mention.offset + mention.length <= points, "a mention stands inside its text");
}

void check_slack_text(std::string_view text) {
  const auto name = [](const std::string& id) { return "n" + id; };
  const auto plain = migrate::plain_text(text, {name, name, name});
  if (base::is_valid_utf8(text)) check_mentions(plain.text, plain.mentions);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto text = fuzz::text_of(data + 1, size - 1);
  if (data[0] % 3 == 0) {
    check_slack_text(text);
    return 0;
  }
  base::JsonParser parser(64);
  auto json = parser.parse(text);
  if (!json) return 0;
  migrate::Losses losses;
  std::optional<migrate::Post> post;
  if (data[0] % 3 == 1) {
    post = migrate::slack_post(json.value(), "C1", migrate::SlackDirectory{}, losses);
  } else {
    const migrate::MattermostNames names{{"a", "ab", "ann"}, {"bot"}};
    migrate::MattermostKeys keys("conversation");
    post = migrate::mattermost_post(json.value(), {keys.next(json.value()), "", false}, names, losses);
  }
  if (post) check_mentions(post->text, post->mentions);
  return 0;
}

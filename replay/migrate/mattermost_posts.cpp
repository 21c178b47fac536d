#include "replay/migrate/mattermost_posts.h"

#include <utility>

#include "engine/base/hash.h"
#include "engine/base/utf8.h"
#include "replay/migrate/member_types.h"
#include "replay/migrate/slack_files.h"

namespace hansard::migrate {

namespace {
using base::JsonValue;

constexpr char kNoPlace[] = "posts without a time or an author: left out";
constexpr char kEmpty[] = "posts without any text: left out";
constexpr char kFiles[] = "attachments: their names stand in the text, upload the bytes with POST /files";
constexpr char kEdited[] = "edited posts: only the last text is in the export, the time of the edit is kept";
constexpr char kPinned[] = "pinned posts: not carried over";
constexpr char kBroadcasts[] = "@here, @channel and @all: text, nobody is mentioned by them";

constexpr std::size_t kBotNameBytesMax = 124;  // with "bot:" a user id

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// Of the word behind an '@' what is a user: "ann." at the end of a sentence is "ann".
std::string user_in(std::string_view word, const std::unordered_set<std::string>& users) {
  std::string name(word);
  while (!name.empty() && !users.contains(name)) {
    const bool is_punctuation = name.back() == '.' || name.back() == '-' || name.back() == '_';
    if (!is_punctuation) return "";
    name.pop_back();
  }
  return name;
}

// A webhook speaks under a name of its own, and in the name of who made it.
void set_author(Post& post, const JsonValue& from, bool is_direct, const MattermostNames& names) {
  const JsonValue props = from.member("props");
  const std::string user = text_of(from, "user");
  const bool is_webhook = text_of(props, "from_webhook") == "true";
  post.is_bot = is_webhook || names.bots.contains(user);
  post.author = names.user_id(user);
  if (!is_webhook || is_direct || user.empty()) return;
  const std::string shown = text_of(props, "override_username");
  post.author = "bot:" + (shown.empty() || shown.size() > kBotNameBytesMax ? user : shown);
}

void find_mentions(Post& post, const std::unordered_set<std::string>& users, Losses& losses) {
  const std::string_view text = post.text;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at > 0 && is_name_character(text[at - 1])) continue;  // an address
    std::size_t end = at + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    const std::string_view word = text.substr(at + 1, end - at - 1);
    if (word == "here" || word == "channel" || word == "all") losses.note(kBroadcasts);
    const std::string user = user_in(word, users);
    if (!user.empty()) post.mentions.push_back({user, base::count_code_points(text.substr(0, at)), user.size() + 1});
  }
}

void add_attachments(Post& post, const JsonValue& from, Losses& losses) {
  for (const JsonValue& attachment : from.member("attachments").items()) {
    losses.note(kFiles);
    const std::string path = text_of(attachment, "path");
    if (path.empty()) continue;
    post.text += (post.text.empty() ? "" : "\n") + path.substr(path.rfind('/') + 1);
  }
}

void add_reactions(Post& post, const JsonValue& from, const MattermostNames& names) {
  for (const JsonValue& reaction : from.member("reactions").items()) {
    const std::string user = text_of(reaction, "user"), emoji = text_of(reaction, "emoji_name");
    if (!user.empty() && !emoji.empty()) post.reactions.push_back({emoji_of(emoji), names.user_id(user)});
  }
}

void add_metadata(Post& post, const JsonValue& from, const std::string& type, Losses& losses) {
  std::string inside = "{";
  if (!type.empty()) append_text_member(inside, "type", type);
  if (const auto edited = from.member("edit_at").integer(); edited && *edited > 0) {
    losses.note(kEdited);
    append_text_member(inside, "edit_at", std::to_string(*edited));
  }
  if (inside != "{") post.metadata = "{\"mattermost\":" + inside + "}}";
}
void note_what_stays_behind(const JsonValue& from, Losses& losses) {
  if (from.member("is_pinned").boolean().value_or(false)) losses.note(kPinned);
  const std::size_t flags = from.member("flagged_by").items().size();
  if (flags > 0) losses.note(kMattermostFlags, flags);
}

// A post or a reply.
std::string problem_of_one(const JsonValue& post) {
  return first_problem({wrong_member(post, {{"message", "user", "type", "team", "channel"},
                                            {"attachments", "reactions", "replies", "flagged_by", "channel_members"},
                                            {"props"},
                                            {"create_at", "edit_at"}}),
                        wrong_member_in(post, "reactions", {{"user", "emoji_name"}, {}, {}, {}}),
                        wrong_member_in(post, "attachments", {{"path"}, {}, {}, {}})});
}

// People stand there by name, or as objects with one.
std::string wrong_text_or_object_in(const JsonValue& object, const char* list) {
  for (const JsonValue& item : object.member(list).items()) {
    if (!item.string() && !item.member("username").string())
      return "in `" + std::string(list) + "` stands what is not a text";
  }
  return "";
}

std::string problem_of_post(const JsonValue& post) {
  std::string problem = problem_of_one(post);
  if (problem.empty()) problem = wrong_text_or_object_in(post, "channel_members");
  for (const JsonValue& reply : post.member("replies").items()) {
    if (!problem.empty()) return problem;
    problem = problem_of_one(reply);
    if (!problem.empty()) problem = "in `replies` " + problem;
  }
  return problem;
}

std::string problem_of_user(const JsonValue& user) {
  std::string problem =
      wrong_member(user, {{"username", "nickname", "first_name", "last_name", "email", "position"}, {"teams"}, {}, {}});
  if (problem.empty()) problem = wrong_member_in(user, "teams", {{"name"}, {"channels"}, {}, {}});
  for (const JsonValue& team : user.member("teams").items()) {
    if (problem.empty()) problem = wrong_member_in(team, "channels", {{"name", "roles"}, {}, {}, {}});
  }
  return problem;
}
}  // namespace

std::string MattermostKeys::next(const JsonValue& post) {
  const std::int64_t time = post.member("create_at").integer().value_or(0);
  if (time != std::exchange(time_, time)) counts_.clear();
  const std::string author = text_of(post, "user");
  base::Sha256 hash;
  hash.update(conversation_).update("\n").update(std::to_string(time)).update("\n").update(author);
  hash.update("\n").update(std::to_string(counts_[author]++));
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string key = "mattermost:";
  for (std::uint8_t byte : hash.finish()) {
    key += kDigits[byte >> 4];
    key += kDigits[byte & 15];
  }
  return key;
}

std::string mattermost_problem(const std::string& type, const JsonValue& content) {
  if (type == "post" || type == "direct_post") return problem_of_post(content);
  if (type == "channel")
    return wrong_member(content, {{"team", "name", "display_name", "header", "purpose"}, {}, {}, {"deleted_at"}});
  if (type == "bot") return wrong_member(content, {{"username", "display_name"}, {}, {}, {}});
  if (type == "direct_channel")
    return first_problem({wrong_member(content, {{"header"}, {"members", "participants", "favorited_by"}, {}, {}}),
                          wrong_text_or_object_in(content, "members"),
                          wrong_text_or_object_in(content, "participants")});
  return type == "user" ? problem_of_user(content) : "";
}

std::optional<Post> mattermost_post(const JsonValue& from, MattermostPlace place, const MattermostNames& names,
                                    Losses& losses) {
  Post post;
  set_author(post, from, place.is_direct, names);
  post.time = {from.member("create_at").integer().value_or(0)};
  if (post.author.empty() || post.time.ms <= 0) {
    losses.note(kNoPlace);
    return std::nullopt;
  }
  const std::string type = text_of(from, "type");
  post.key = std::move(place.key);
  post.reply_to = std::move(place.reply_to);
  post.is_notice = type.starts_with("system_");
  post.text = text_of(from, "message");
  find_mentions(post, names.users, losses);
  add_attachments(post, from, losses);
  add_reactions(post, from, names);
  add_metadata(post, from, type, losses);
  note_what_stays_behind(from, losses);
  if (!post.text.empty()) return post;
  losses.note(kEmpty);
  return std::nullopt;
}

}  // namespace hansard::migrate

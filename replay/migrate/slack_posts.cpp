#include "replay/migrate/slack_posts.h"

#include <algorithm>
#include <array>

#include "replay/migrate/member_types.h"

namespace hansard::migrate {

namespace {
using base::JsonValue;
using Kind = base::JsonValue::Kind;

constexpr char kNoPlace[] = "messages without a time or an author: left out";
constexpr char kDeleted[] = "messages deleted in Slack: there is nothing left of them";
constexpr char kHidden[] = "hidden messages: left out";
constexpr char kEdited[] = "edited messages: only the last text is in the export, the time of the edit is kept";
constexpr char kFiles[] = "files: their bytes are not in the export, name and link stand in the text";
constexpr char kCards[] = "attachments (previews, cards of apps): only their text is carried over";
constexpr char kBroadcasts[] = "@here, @channel and @everyone: text, nobody is mentioned by them";
constexpr char kEmpty[] = "messages without any text: left out";

enum class Sort { message, join, leave, notice, gone };

Sort sort_of(std::string_view subtype) {
  static constexpr std::array kMessages{"",
                                        "bot_message",
                                        "me_message",
                                        "file_share",
                                        "thread_broadcast",
                                        "file_comment",
                                        "file_mention",
                                        "reply_broadcast",
                                        "slackbot_response"};
  if (std::ranges::find(kMessages, subtype) != kMessages.end()) return Sort::message;
  if (subtype == "channel_join" || subtype == "group_join") return Sort::join;
  if (subtype == "channel_leave" || subtype == "group_leave") return Sort::leave;
  if (subtype == "tombstone" || subtype == "message_deleted") return Sort::gone;
  return Sort::notice;
}

class PostReader {
 public:
  PostReader(const JsonValue& message, const std::string& channel, const SlackDirectory& directory, Losses& losses)
      : message_(message), channel_(channel), directory_(directory), losses_(losses) {}

  std::optional<Post> read() {
    const std::string time_text = text_of(message_, "ts");
    const auto time = slack_time(time_text);
    const std::string subtype = text_of(message_, "subtype");
    sort_ = sort_of(subtype);
    if (sort_ == Sort::gone) return lost(kDeleted);
    if (message_.member("hidden").boolean().value_or(false)) return lost(kHidden);
    post_.author = author();
    if (!time || post_.author.empty()) return lost(kNoPlace);
    post_.key = slack_key(channel_, time_text);
    post_.time = time->time();
    post_.is_notice = sort_ != Sort::message;
    if (sort_ == Sort::join) post_.joined = {post_.author};
    if (sort_ == Sort::leave) post_.left = {post_.author};
    read_text();
    if (post_.text.empty()) return lost(kEmpty);
    read_thread(time_text);
    read_reactions();
    read_metadata(subtype, time_text);
    return std::move(post_);
  }

 private:
  std::optional<Post> lost(const char* why) {
    losses_.note(why);
    return std::nullopt;
  }

  std::string author() {
    const std::string user = text_of(message_, "user");
    if (!user.empty()) return directory_.user_id(user);
    const std::string of_comment = text_of(message_.member("comment"), "user");
    if (!of_comment.empty()) return directory_.user_id(of_comment);
    const std::string bot = text_of(message_, "bot_id"), name = text_of(message_, "username");
    post_.is_bot = !bot.empty() || !name.empty();
    return bot.empty() && name.empty() ? "" : "bot:" + (bot.empty() ? name : bot);
  }

  void read_text() {
    PlainText plain = plain_text(text_of(message_, "text"), directory_.names());
    if (plain.broadcasts > 0) losses_.note(kBroadcasts, plain.broadcasts);
    post_.text = std::move(plain.text);
    post_.mentions = std::move(plain.mentions);
    add_cards();
    add_files();
  }

  void add_line(const std::string& line) {
    if (line.empty()) return;
    if (!post_.text.empty()) post_.text += '\n';
    post_.text += line;
  }

  void add_cards() {
    for (const JsonValue& card : message_.member("attachments").items()) {
      losses_.note(kCards);
      if (card.member("from_url").kind() == Kind::string) continue;  // the preview of a link that is in the text
      std::string text = text_of(card, "text");
      if (text.empty()) text = text_of(card, "fallback");
      add_line(plain_text(text, directory_.names()).text);
    }
  }

  void add_files() {
    for (const JsonValue& file : message_.member("files").items()) {
      losses_.note(kFiles);
      std::string name = text_of(file, "name"), link = text_of(file, "permalink");
      if (name.empty()) name = text_of(file, "title");
      if (link.empty()) link = text_of(file, "url_private");
      add_line(name + (link.empty() ? "" : (name.empty() ? "" : " ") + ("(" + link + ")")));
    }
  }

  void read_thread(const std::string& own) {
    const std::string root = text_of(message_, "thread_ts");
    if (!root.empty() && root != own) post_.reply_to = slack_key(channel_, root);
  }

  void read_reactions() {
    for (const JsonValue& reaction : message_.member("reactions").items()) {
      const std::string name = text_of(reaction, "name");
      for (const JsonValue& user : reaction.member("users").items()) {
        if (name.empty() || !user.string()) continue;
        post_.reactions.push_back({emoji_of(name), directory_.user_id(std::string(*user.string()))});
      }
    }
  }

  void read_metadata(const std::string& subtype, const std::string& time_text) {
    std::string slack = "{";
    append_text_member(slack, "ts", time_text);
    if (!subtype.empty()) append_text_member(slack, "subtype", subtype);
    const std::string edited = text_of(message_.member("edited"), "ts");
    if (!edited.empty()) {
      losses_.note(kEdited);
      append_text_member(slack, "edited_ts", edited);
    }
    const std::string bot = text_of(message_, "username");
    if (!bot.empty()) append_text_member(slack, "username", first_code_points(bot, 100));
    post_.metadata = "{\"slack\":" + slack + "}}";
  }

  const JsonValue& message_;
  const std::string& channel_;
  const SlackDirectory& directory_;
  Losses& losses_;
  Sort sort_ = Sort::message;
  Post post_;
};
}  // namespace

std::string SlackDirectory::user_id(const std::string& id) const {
  auto known = users.find(id);
  return known == users.end() ? id : known->second.user;
}

std::string SlackDirectory::user_name(const std::string& id) const {
  auto known = users.find(id);
  return known == users.end() ? id : known->second.shown;
}

std::string SlackDirectory::channel_name(const std::string& id) const {
  auto known = channels.find(id);
  return known == channels.end() ? id : known->second;
}

SlackNames SlackDirectory::names() const {
  return {[this](const std::string& id) { return user_id(id); },
          [this](const std::string& id) { return user_name(id); },
          [this](const std::string& id) { return channel_name(id); }};
}

std::string slack_key(const std::string& channel, std::string_view time) {
  return "slack:" + channel + ":" + std::string(time);
}

std::string slack_problem(const JsonValue& message) {
  const std::string of_itself =
      wrong_member(message, {{"text", "ts", "user", "subtype", "thread_ts", "bot_id", "username"},
                             {"attachments", "files", "reactions"},
                             {"edited", "comment"},
                             {}});
  if (!of_itself.empty()) return of_itself;
  std::string of_reactions = wrong_member_in(message, "reactions", {{"name"}, {"users"}, {}, {}});
  for (const JsonValue& reaction : message.member("reactions").items()) {
    if (of_reactions.empty()) of_reactions = wrong_text_in(reaction, "users");
  }
  return first_problem({of_reactions, wrong_member_in(message, "attachments", {{"text", "fallback"}, {}, {}, {}}),
                        wrong_member_in(message, "files", {{"name", "title", "permalink", "url_private"}, {}, {}, {}}),
                        wrong_parts(message, "edited", {{"ts"}, {}, {}, {}}),
                        wrong_parts(message, "comment", {{"user"}, {}, {}, {}})});
}

std::string slack_user_problem(const JsonValue& user) {
  return first_problem(
      {wrong_member(user, {{"id", "name", "real_name"}, {}, {"profile"}, {}}),
       wrong_parts(user, "profile", {{"display_name", "image_192", "email", "title", "real_name"}, {}, {}, {}})});
}

std::string slack_channel_problem(const JsonValue& channel) {
  return first_problem(
      {wrong_member(channel, {{"id", "name", "creator"}, {"members", "pins"}, {"topic", "purpose"}, {}}),
       wrong_text_in(channel, "members"), wrong_parts(channel, "topic", {{"value"}, {}, {}, {}}),
       wrong_parts(channel, "purpose", {{"value"}, {}, {}, {}})});
}

std::optional<Post> slack_post(const base::JsonValue& message, const std::string& channel,
                               const SlackDirectory& directory, Losses& losses) {
  return PostReader(message, channel, directory, losses).read();
}

}  // namespace hansard::migrate
